"""Two calls at once try to use the one that is left of a standing approval."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated
from tests.worlds.disk_bank import DiskBank
from tests.worlds.standing import (
    approve_ahead,
    approved,
    forged_use,
    messages,
    more,
    paid,
    place_of,
    standing_plan,
    used,
)
from watchkeeper.loop.steps import Admitted
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.reference import Ref


def test_both_read_their_facts_and_one_is_let_through() -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank, count=1)
    admitted = [bank.kernel.admit(more(300)) for _ in range(2)]
    answers = [bank.decide(one) for one in admitted if isinstance(one, Admitted)]
    allowed(answers[0])
    escalated(answers[1])
    assert used(bank, standing) == 1


def test_one_reviewer_counts_once_however_many_they_made() -> None:
    bank = Bank(standing_plan())
    given = [approved(bank) for _ in range(2)]
    first, second = (approve_ahead(bank, approval=one, count=1) for one in given)
    done = paid(bank)
    assert [one.id for one in done.decided.standing] == [first]
    assert (used(bank, first), used(bank, second)) == (1, 0)
    paid(bank)
    assert used(bank, second) == 1
    escalated(bank.ask(more(300)))


def test_while_its_effect_is_unknown_it_is_used() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank, count=1)
    done = allowed(bank.ask(more(300)))
    escalated(bank.ask(more(300)))
    bank.kernel.finish(done, Status.SUCCEEDED, bank.home.now(), {}).wait(10)
    escalated(bank.ask(more(300)))


def test_what_the_log_lost_was_never_used() -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank, count=1)
    bank.log.holding = True
    allowed(bank.ask(more(300)))
    assert used(bank, standing) == 1
    bank.crash()
    assert used(bank, standing) == 0
    allowed(bank.ask(more(300)))


def test_an_approval_of_the_same_person_is_not_a_second_use() -> None:
    bank = Bank(standing_plan(approvals=2))
    given = approve_first(bank)
    standing = approve_ahead(bank, approval=given, count=1)
    handle = escalated(bank.ask(more(300))).handle
    assert bank.approve(handle, "ben")["state"] == "pending"
    assert bank.approve(handle, "cyd")["state"] == "approved"
    allowed(bank.come_back(handle))
    assert used(bank, standing) == 0


def test_of_two_that_must_approve_one_may_have_done_so_ahead() -> None:
    bank = Bank(standing_plan(approvals=2))
    given = approve_first(bank)
    standing = approve_ahead(bank, approval=given, count=1)
    handle = escalated(bank.ask(more(300))).handle
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    shown = bank.home.shown(pending)
    assert shown is None or [one["by"] for one in shown["standing"]] == ["ben"]
    assert bank.approve(handle, "cyd")["state"] == "approved"
    allowed(bank.come_back(handle))
    assert used(bank, standing) == 1


def test_one_that_was_used_up_meanwhile_leaves_the_other_asked_again() -> None:
    bank = Bank(standing_plan(approvals=2))
    given = approve_first(bank)
    approve_ahead(bank, approval=given, count=1)
    first, second = (escalated(bank.ask(more(300))).handle for _ in range(2))
    for handle in (first, second):
        assert bank.approve(handle, "cyd")["state"] == "approved"
    allowed(bank.come_back(first))
    escalated(bank.come_back(second))


def approve_first(bank: Bank) -> Ref:
    """Ben and Cyd approve one together; the place of Ben's verdict."""
    asked = escalated(bank.ask(more(300)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    bank.approve(asked.handle, "ben")
    bank.approve(asked.handle, "cyd")
    pending = bank.home.state.pending.by_handle(asked.handle)
    assert pending is not None
    done = allowed(bank.come_back(asked.handle))
    bank.kernel.finish(done, Status.SUCCEEDED, bank.home.now(), {}).wait(10)
    return pending.verdicts[0].ref


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


def test_the_verifier_counts_the_uses(bank: DiskBank) -> None:
    standing = approve_ahead(bank, count=2)
    failed = allowed(bank.ask(more(300)))
    failed.ticket.wait(10)
    bank.kernel.not_released(failed, Reason.STOPPED).wait(10)
    paid(bank)
    paid(bank)
    assert messages(bank) == set()
    forged_use(bank, place_of(bank, standing))
    assert messages(bank) == {"24 more than the 2 that `ben` approved ahead"}


def test_a_standing_approval_is_one_person_to_the_verifier(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "two", standing_plan(approvals=2))
    try:
        standing = approve_ahead(bank, approval=approve_first(bank))
        handle = escalated(bank.ask(more(300)))
        assert handle.ticket is not None
        handle.ticket.wait(10)
        bank.approve(handle.handle, "cyd")
        allowed(bank.come_back(handle.handle)).ticket.wait(10)
        assert messages(bank) == set()
        forged_use(bank, place_of(bank, standing))
        assert messages(bank) == {"24 approved by 1 people, where 2 are needed"}
        forged_use(bank, place_of(bank, standing), standing=(place_of(bank, standing),) * 2)
        assert "24 cites a standing approval twice" in messages(bank)
    finally:
        bank.close()
