"""The clock is made unsure, so that what is stale or overdue counts by a time that is long past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.approvals import RULE, STALE, answer, managed, release, renamed, ruled, wider
from tests.worlds.bank import Bank
from watchkeeper.errors import AssessmentStale, CommandInvalid, NotAuthorised

DOWN, MONTH = "the shop is down", 30 * 86_400


def _far_ahead(bank: Bank, seconds: int = MONTH) -> None:
    """Start again long after the last record: meanwhile time stands where that was made."""
    bank.clock.leap(seconds)
    bank.crash(mono=True)
    assert bank.home.clock_unsure() is not None


def _accepted(bank: Bank) -> None:
    bank.tell("ana", "accept-clock")
    assert bank.home.clock_unsure() is None


def test_a_stale_assessment_is_not_fresh_by_it() -> None:
    bank = Bank(ruled(management=managed()))
    plan = wider(management=managed(replace(STALE, since=(), until=bank.home.now().plus(MONTH))))
    answer(bank, "ben", plan)
    _far_ahead(bank)
    with pytest.raises(CommandInvalid, match="can not be told"):
        release(bank, plan)
    _accepted(bank)
    with pytest.raises(AssessmentStale):
        release(bank, plan)


@pytest.mark.parametrize("seconds", [MONTH, -MONTH])
def test_no_emergency_follows_one_that_is_overdue(seconds: int) -> None:
    bank = Bank(ruled())
    release(bank, wider(), why=DOWN)
    _far_ahead(bank, seconds)
    with pytest.raises(CommandInvalid, match="can not be told"):
        release(bank, renamed(wider()), why=DOWN)
    _accepted(bank)
    if seconds > 0:
        with pytest.raises(NotAuthorised, match="overdue"):
            release(bank, renamed(wider()), why=DOWN)


def test_what_no_day_decides_is_released_all_the_same() -> None:
    bank = Bank(ruled(replace(RULE, approvals=())))
    _far_ahead(bank)
    assert release(bank, renamed(ruled()))["approvals"] == []
