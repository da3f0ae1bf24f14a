"""Somebody makes a standing approval of what they did not approve themselves, or ends another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, escalated
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import enrolled, told
from tests.worlds.people import Passholder
from tests.worlds.standing import (
    approve_ahead,
    approved,
    forged_standing,
    forged_use,
    go_away,
    lied,
    messages,
    more,
    paid,
    standing_body,
    standing_plan,
)
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import StandingEndedRecord


def test_of_the_approval_of_somebody_else() -> None:
    bank = Bank(standing_plan())
    given = approved(bank, "ben")
    with pytest.raises(NotAuthorised, match="no approval of yours"):
        approve_ahead(bank, "cyd", given)


def test_of_no_approval_at_all() -> None:
    bank = Bank(standing_plan())
    body = standing_body(bank, approved(bank, "ben"), **{"from": {"shard": 0, "index": 0}})
    with pytest.raises(NotAuthorised, match="no approval of yours"):
        bank.tell("ben", "standing", **body)


def test_of_an_approval_that_was_taken_back_or_overruled() -> None:
    bank = Bank(standing_plan(approvals=2))
    handle = escalated(bank.ask(more(300))).handle
    bank.approve(handle, "ben")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    body = standing_body(bank, pending.verdicts[0].ref)
    bank.refuse(handle, "cyd")
    with pytest.raises(CommandInvalid, match="does not hold"):
        bank.tell("ben", "standing", **body)
    other = escalated(bank.ask(more(300))).handle
    bank.approve(other, "ben")
    pending = bank.home.state.pending.by_handle(other)
    assert pending is not None
    body = standing_body(bank, pending.verdicts[0].ref)
    bank.withdraw(other, "ben")
    with pytest.raises(NotAuthorised, match="no approval of yours"):
        bank.tell("ben", "standing", **body)


def test_by_somebody_who_lost_the_role_meanwhile() -> None:
    bank = Bank(standing_plan())
    body = standing_body(bank, approved(bank, "ben"))
    before = standing_plan()
    bank.release(replace(before, roles={**before.roles, "lead": ("ana", "cyd")}))
    with pytest.raises(NotAuthorised, match="does not hold the role"):
        bank.tell("ben", "standing", **body)


def test_under_another_plan_than_the_one_of_the_approval() -> None:
    bank = Bank(standing_plan())
    given = approved(bank, "ben")
    digest = bank.release(replace(standing_plan(), scope="Said otherwise."))
    with pytest.raises(CommandInvalid, match="the plan was changed since"):
        approve_ahead(bank, "ben", given, plan=digest)


def test_a_deputy_can_not_go_on_after_the_absence() -> None:
    bank = Bank(standing_plan())
    stead = go_away(bank, "ben")
    handle = escalated(bank.ask(more(300))).handle
    bank.approve(handle, "dan", **stead)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    body = standing_body(bank, pending.verdicts[0].ref)
    for person in ("dan", "ben"):
        with pytest.raises(NotAuthorised):
            bank.tell(person, "standing", **body)


def test_nobody_approves_ahead_what_is_done_for_them() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank, "ben")
    escalated(bank.ask(more(300, on_behalf_of="ben")))
    paid(bank, on_behalf_of="cyd")


def test_only_its_maker_or_an_operator_ends_it() -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank, "ben")
    with pytest.raises(NotAuthorised, match="only `ben` or a holder of `operate`"):
        bank.tell("cyd", "end-standing", id=standing, reason=None)
    bank.tell("ana", "end-standing", id=standing, reason=None)
    escalated(bank.ask(more(300)))


def test_a_stranger_is_not_let_in_at_all() -> None:
    bank = Bank(standing_plan())
    body = standing_body(bank, approved(bank, "ben"))
    with pytest.raises(NotAuthorised):
        bank.commands.run(bank.sign("zoe", "standing", body), {})
    with pytest.raises(CommandInvalid):
        bank.commands.run(bank.sign("ben", "standing", body, key="cyd"), {})


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


def test_the_verifier_finds_one_of_another_persons_approval(bank: DiskBank) -> None:
    forged_standing(bank, "cyd", approved(bank, "ben"), count=1)
    assert messages(bank) == {"24 standing: of the approval of somebody else"}


def test_the_verifier_finds_one_of_no_approval_and_one_made_twice(bank: DiskBank) -> None:
    given = approved(bank, "ben")
    approve_ahead(bank, "ben", given, count=1)
    forged_standing(bank, "ben", given, count=1, id="again")
    assert messages(bank) == {
        "24 standing: made of an approval that was made a standing one before"
    }


def test_the_verifier_finds_an_end_by_a_stranger_and_a_use_of_nothing(bank: DiskBank) -> None:
    standing = approve_ahead(bank, "ben")
    paid(bank)
    signature = bank.sign("cyd", "end-standing", {"id": standing, "reason": None})
    lied(bank, StandingEndedRecord(bank.home.now(), standing, "cyd", "", signature))
    forged_use(bank, Ref(0, 3))
    assert messages(bank) == {
        "24 standing-ended: `cyd` does not hold the role `operate`",
        "24 cites a standing approval that is none, or none that holds",
    }


def test_a_passkey_that_another_approver_vouched_for_is_not_a_second_person(
    tmp_path: Path,
) -> None:
    bank = DiskBank(tmp_path / "two", standing_plan(approvals=2))
    try:
        holder = enrolled(bank, Passholder("ben"), by="ana")
        asked = escalated(bank.ask(more(300)))
        assert asked.ticket is not None
        asked.ticket.wait(10)
        told(bank, holder, "approve", **bank.verdict_body(asked.handle))
        bank.approve(asked.handle, "cyd")
        pending = bank.home.state.pending.by_handle(asked.handle)
        assert pending is not None
        told(bank, holder, "standing", **standing_body(bank, pending.verdicts[0].ref))
        later = escalated(bank.ask(more(300)))
        assert later.ticket is not None
        later.ticket.wait(10)
        assert bank.approve(later.handle, "ana")["state"] == "pending"
        assert bank.approve(later.handle, "cyd")["state"] == "approved"
        assert messages(bank) == set()
    finally:
        bank.close()
