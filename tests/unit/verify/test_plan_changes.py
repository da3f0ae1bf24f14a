"""Approvals of plans over several shards: with all of them at hand, and with the newest alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.approvals import answer, digest_of, managed, release, ruled, wider
from tests.worlds.rolled import RolledBank
from watchkeeper.verify import verify_log
from watchkeeper.verify.report import Status, Step


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    bank = RolledBank(tmp_path / "home", ruled(management=managed()))
    yield bank
    bank.close()


def _step(place: Path) -> Step:
    found = verify_log(place, workers=1)
    (step,) = (one for one in found.steps if one.number == 27)
    assert not [one for one in found.findings if one.step == 27]
    return step


def test_an_approval_from_before_the_roll_counts_after_it(bank: RolledBank) -> None:
    plan = wider(management=managed())
    answer(bank, "ben", plan)
    bank.roll()
    told = release(bank, plan)
    assert told["approvals"][0]["shard"] == 0
    alone = _step(bank.published())
    assert alone.status is Status.NOT_CHECKED
    assert "approvals in shards that were not given: 1" in alone.detail
    assert _step(bank.path).status is Status.CHECKED


def test_an_emergency_is_looked_at_after_the_roll(bank: RolledBank) -> None:
    plan = wider(management=managed())
    before = bank.home.state.plan
    release(bank, plan, why="the shop is down")
    bank.roll()
    (due,) = bank.tell("ana", "plan-approvals")["emergencies"]
    assert (due["plan"], due["previous"]) == (digest_of(plan), before)
    open_ = _step(bank.published())
    assert "emergencies that nobody has looked at: 1" in open_.detail
    answer(bank, "ben", plan, previous=before)
    assert bank.tell("ana", "plan-approvals")["emergencies"] == []
    for place in (bank.published(), bank.path):
        step = _step(place)
        assert step.status is Status.CHECKED
        assert step.detail.endswith("1 answers to plans")
