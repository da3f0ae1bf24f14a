"""A reviewer tries to approve more ahead, for longer, or on more than the plan lets anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated
from tests.worlds.disk_bank import DiskBank
from tests.worlds.standing import (
    after,
    approve_ahead,
    approved,
    forged_standing,
    more,
    paid,
    standing_plan,
    used,
)
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.records.action import Reason
from watchkeeper.records.plan.policies import REQUIRED


def test_what_is_within_the_plan_goes_through() -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank)
    for _ in range(3):
        paid(bank)
    assert used(bank, standing) == 3
    escalated(bank.ask(more(300)))


def test_a_plan_that_says_nothing_lets_nobody() -> None:
    bank = Bank(standing_plan(None))
    with pytest.raises(NotAuthorised, match="lets nobody approve ahead"):
        approve_ahead(bank)


def test_nor_where_each_approval_needs_a_reason() -> None:
    bank = Bank(standing_plan(reason=REQUIRED))
    with pytest.raises(CommandInvalid, match="a reason is required"):
        approve_ahead(bank)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 4}, "lets 3 be approved ahead"),
        ({"count": 0}, "lets 3 be approved ahead"),
        ({"caps": [{"argument": "amount", "most": "400.01"}]}, "a cap of at most 400.00"),
        ({"caps": []}, "a cap of at most 400.00"),
        ({"caps": [{"argument": "amount", "most": "1e2"}]}, "no decimal"),
        ({"caps": [{"argument": "amount", "most": "9"}] * 2}, "capped twice"),
        (
            {"caps": [{"argument": "amount", "most": "9"}, {"argument": "to", "most": "1"}]},
            "no number",
        ),
    ],
)
def test_more_is_refused(changes: dict[str, object], message: str) -> None:
    bank = Bank(standing_plan())
    with pytest.raises(CommandInvalid, match=message):
        approve_ahead(bank, **changes)


def test_longer_is_refused() -> None:
    bank = Bank(standing_plan())
    given = approved(bank)
    for seconds in (3601, 0, -5):
        with pytest.raises(CommandInvalid, match="3600 s at most"):
            approve_ahead(bank, approval=given, until=after(bank, seconds))


def test_two_do_not_add_up_to_more() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank, count=2)
    # The next ones are let through; only one with another amount asks again.
    given = approved(bank, amount=450)
    with pytest.raises(CommandInvalid, match="of which 2 are given"):
        approve_ahead(bank, approval=given, count=2)
    approve_ahead(bank, approval=given, count=1)


def test_one_that_was_ended_counts_as_often_as_it_was_used() -> None:
    bank = Bank(standing_plan())
    first = approve_ahead(bank)
    paid(bank)
    bank.tell("ben", "end-standing", id=first, reason=None)
    given = approved(bank)
    with pytest.raises(CommandInvalid, match="of which 1 are given"):
        approve_ahead(bank, approval=given, count=3)
    approve_ahead(bank, approval=given, count=2)


def test_one_approval_makes_one_standing_approval() -> None:
    bank = Bank(standing_plan())
    given = approved(bank)
    first = approve_ahead(bank, approval=given, count=1)
    bank.tell("ben", "end-standing", id=first, reason=None)
    with pytest.raises(CommandInvalid, match="made a standing one before"):
        approve_ahead(bank, approval=given, count=1, id="another-one")


def test_it_ends_when_its_time_is_over_and_when_its_maker_ends_it() -> None:
    bank = Bank(standing_plan())
    first = approve_ahead(bank, until=after(bank, 60))
    bank.clock.advance(61)
    assert bank.tell("ben", "standings") == []
    with pytest.raises(CommandInvalid, match="no such standing approval"):
        bank.tell("ben", "end-standing", id=first, reason=None)
    escalated(bank.ask(more(300)))


def test_what_failed_is_given_back() -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank, count=1)
    done = allowed(bank.ask(more(300)))
    assert used(bank, standing) == 1
    bank.kernel.not_released(done, Reason.STOPPED).wait(10)
    assert used(bank, standing) == 0
    paid(bank)
    escalated(bank.ask(more(300)))


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 3}, "more than the 3 that the plan lets"),
        ({"caps": []}, "a cap missing"),
        ({"caps": [{"argument": "amount", "most": "500.00"}]}, "a cap missing, or larger"),
    ],
)
def test_the_verifier_finds_what_a_lying_home_records(
    bank: DiskBank, changes: dict[str, object], message: str
) -> None:
    approve_ahead(bank, count=1)
    paid(bank)
    assert bank.verify().ok, bank.verify().findings
    forged_standing(bank, **{"count": 2, **changes})
    found = bank.verify()
    assert any(message in finding.message for finding in found.findings), found.findings
    assert {finding.step for finding in found.findings} == {24}
