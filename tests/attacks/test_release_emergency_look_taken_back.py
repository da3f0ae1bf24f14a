"""A look at an emergency that is taken back, so that in the end nobody looked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.approvals import RULE, answer, on_disk, release, renamed, withdraw
from tests.worlds.assessed import assessed_plan
from tests.worlds.bank import escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.rolled import move_away
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.facts_of.management import aims_of

OLD = replace(assessed_plan(), releases=RULE)
URGENT = replace(OLD, scope="Paying people, soon.")


def _overdue(bank: DiskBank) -> bool:
    found = aims_of(bank.home, "desk", bank.home.now())
    assert found is not None
    return "release-review" in found.counting


def _looked_at(path: Path) -> tuple[DiskBank, str | None]:
    bank = on_disk(path, OLD)
    before = bank.home.state.plan
    release(bank, URGENT, why="the shop is down")
    answer(bank, "ben", URGENT, previous=before)
    bank.clock.advance(3601)
    assert not _overdue(bank)
    return bank, before


def _decided(bank: DiskBank) -> None:
    """Have a decision say what counts now, for `log verify` to hold against the records."""
    bank.clock.advance(1)
    ticket = escalated(bank.ask(pay(300, note=str(bank.home.now())))).ticket
    assert ticket is not None
    ticket.wait(10)


def test_it_is_due_again_as_it_was(tmp_path: Path) -> None:
    bank, before = _looked_at(tmp_path)
    _decided(bank)
    withdraw(bank, "ben")
    assert _overdue(bank)
    _decided(bank)
    bank.restart()
    assert _overdue(bank)
    answer(bank, "ben", URGENT, previous=before)
    assert not _overdue(bank)
    _decided(bank)
    assert bank.verify().findings == ()
    bank.close()


def test_a_second_look_stands_once_the_first_is_taken_back(tmp_path: Path) -> None:
    bank, before = _looked_at(tmp_path)
    (seen,) = bank.tell("ana", "plan-approvals")["lookedAt"]
    assert (seen["by"], seen["previous"]) == ("ana", before)
    answer(bank, "cyd", URGENT, previous=before, verb="refuse-plan", why="not like this")
    withdraw(bank, "ben")
    assert not _overdue(bank)
    withdraw(bank, "cyd")
    assert _overdue(bank)
    _decided(bank)
    assert bank.verify().findings == ()
    bank.close()


def test_the_next_shard_knows_what_may_be_taken_back(tmp_path: Path) -> None:
    bank, _ = _looked_at(tmp_path)
    bank.roll()
    withdraw(bank, "ben")
    assert _overdue(bank)
    _decided(bank)
    assert bank.verify().findings == ()
    bank.log.publish_now()
    bank.log.close()
    move_away(bank.path, tmp_path / "cold")
    bank.log = open_home(bank.path, clock=bank.clock, publish_seconds=3600)
    bank.open()
    assert bank.verify().findings == ()
    bank.close()


def test_the_next_release_ends_it_for_good(tmp_path: Path) -> None:
    bank, before = _looked_at(tmp_path)
    later = renamed(OLD)
    answer(bank, "cyd", later)
    release(bank, later)
    with pytest.raises(AssertionError, match="no such answer"):
        withdraw(bank, "ben")
    with pytest.raises(CommandInvalid, match="released in between"):
        answer(bank, "cyd", URGENT, previous=before)
    assert not _overdue(bank)
    assert bank.verify().findings == ()
    bank.close()
