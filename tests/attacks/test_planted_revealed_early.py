"""Nobody is told that an escalation was planted while it can still be answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.bank import Bank
from tests.worlds.disk_bank import DiskBank
from tests.worlds.drills import (
    SOON,
    committed,
    drilled,
    forge,
    handle_of,
    planted,
    revealed,
    revelation,
    the_plant,
    turn,
)
from tests.worlds.reviews import bundle_with
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.records.drill import Observed


@pytest.fixture
def bank() -> Bank:
    return Bank(drilled())


def test_it_is_not_revealed_while_it_waits(bank: Bank) -> None:
    planted(bank)
    for _ in range(3):
        bank.clock.advance(60)
        turn(bank)
    assert revealed(bank) == []
    with pytest.raises(CommandInvalid, match="people can still answer"):
        bank.tell("ana", "reveal", id="d1")


def test_nor_after_one_of_two_approvals(bank: Bank) -> None:
    two = Bank(drilled(bundle_with(approvals=2)))
    handle = handle_of(two, planted(two))
    two.approve(handle, "ben")
    turn(two)
    assert revealed(two) == []
    two.approve(handle, "cyd")
    turn(two)
    assert [one.observed for one in revealed(two)] == [Observed.APPROVED]


def test_a_withdrawn_approval_is_none(bank: Bank) -> None:
    handle = handle_of(bank, planted(bank))
    bank.approve(handle)
    bank.withdraw(handle)
    turn(bank)
    assert revealed(bank) == []
    bank.refuse(handle)
    turn(bank)
    assert [one.observed for one in revealed(bank)] == [Observed.REFUSED]


def test_silence_is_revealed_when_it_is_over(bank: Bank) -> None:
    planted(bank)
    bank.clock.advance(4 * 3600)
    turn(bank)
    turn(bank)
    assert [one.observed for one in revealed(bank)] == [Observed.EXPIRED]


def test_another_plan_or_a_stop_ends_it_as_they_end_real_ones(bank: Bank) -> None:
    planted(bank)
    bank.stop("agent", "payer")
    turn(bank)
    assert [one.observed for one in revealed(bank)] == [Observed.VOIDED]


def test_what_was_not_planted_in_its_time_never_is(bank: Bank) -> None:
    committed(bank)
    bank.clock.advance(SOON + 3)
    turn(bank)
    (found,) = revealed(bank)
    assert (found.observed, found.decision, found.action_id) == (Observed.NOT_PLANTED, None, None)
    bank.crash()
    turn(bank)
    assert len(revealed(bank)) == 1


def test_who_operates_may_call_off_what_is_to_come(bank: Bank) -> None:
    committed(bank)
    with pytest.raises(NotAuthorised):
        bank.tell("ben", "reveal", id="d1")
    assert bank.tell("ana", "reveal", id="d1") == {"id": "d1", "revealed": 1, "waiting": 0}
    bank.clock.advance(SOON)
    turn(bank)
    assert [one.observed for one in revealed(bank)] == [Observed.NOT_PLANTED]
    assert bank.home.state.pending.waiting() == []


def test_only_who_operates_sees_what_is_to_come(bank: Bank) -> None:
    committed(bank)
    with pytest.raises(NotAuthorised):
        bank.tell("ben", "drills")
    (told,) = bank.tell("ana", "drills")
    assert told["state"] == "to-come"
    assert the_plant(bank).due > bank.home.now()


def test_a_record_that_tells_early_is_found(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", drilled())
    plant = planted(bank)
    forge(bank, revelation(bank, plant, observed=Observed.VOIDED))
    (step,) = [s for s in bank.verify().steps if s.number == 25]
    bank.close()
    assert step.status == "failed"
    assert "while people could still answer it" in step.detail
