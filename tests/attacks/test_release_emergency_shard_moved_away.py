"""An emergency whose shard is moved away, so that nobody can look at it or at anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
    lied,
    managed,
    on_disk,
    release,
    ruled,
    wider,
)
from tests.worlds.disk_bank import DiskBank
from tests.worlds.rolled import move_away
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import NotAuthorised
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan_verdict import OpenReview
from watchkeeper.records.reference import Ref


def _away(bank: DiskBank, cold: Path) -> None:
    bank.log.publish_now()
    bank.log.close()
    move_away(bank.path, cold)
    bank.log = open_home(bank.path, clock=bank.clock, publish_seconds=3600)
    bank.open()


def test_it_is_shown_and_closed_by_another_person_all_the_same(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    plan, before = wider(management=managed()), bank.home.state.plan
    release(bank, plan, why="the shop is down")
    bank.clock.advance(3601)
    bank.roll()
    _away(bank, tmp_path / "cold")
    (due,) = bank.tell("ana", "plan-approvals")["emergencies"]
    assert (due["by"], due["previous"], due["overdue"]) == ("ana", before, True)
    with pytest.raises(NotAuthorised, match="does not look at it"):
        answer(bank, "ana", plan, previous=before)
    answer(bank, "ben", plan, previous=before)
    assert bank.tell("ana", "plan-approvals")["emergencies"] == []
    assert bank.verify().findings == ()
    bank.close()


def test_their_own_look_is_found_without_the_shard_of_the_release(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    plan, before = wider(management=managed()), bank.home.state.plan
    release(bank, plan, why="the shop is down")
    bank.roll()
    _away(bank, tmp_path / "cold")
    lied(bank, "ana", plan, previous=before)
    (found,) = changes_step(bank)
    assert "who released in an emergency looks at it" in found
    bank.close()


def test_a_record_of_before_does_not_say_who_and_is_read_all_the_same() -> None:
    plain = OpenReview("a" * 64, Ref(0, 7), Instant(1_800_000_000_000_000))
    assert set(to_json(plain)) == {"plan", "release", "reviewBy"}
    assert from_json(OpenReview, to_json(plain)) == plain
    assert plain.is_about("a" * 64, "b" * 64)
