"""More authority for a system whose assessment is stale, without a word of anybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.approvals import (
    STALE,
    answer,
    changes_step,
    forged,
    given,
    managed,
    on_disk,
    release,
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import AssessmentStale, CommandInvalid

STALE_PLAN = wider(management=managed(STALE))


def test_it_takes_an_exception_with_a_reason(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    answer(bank, "ben", STALE_PLAN)
    with pytest.raises(AssessmentStale, match="desk:impact"):
        release(bank, STALE_PLAN)
    with pytest.raises(CommandInvalid, match="needs a reason"):
        answer(bank, "cyd", STALE_PLAN, excepts=["desk:impact"])
    answer(bank, "cyd", STALE_PLAN, excepts=["desk:impact"], why="assessed on Monday")
    told = release(bank, STALE_PLAN)
    assert len(told["exceptions"]) == 1
    assert changes_step(bank) == []
    bank.close()


def test_an_emergency_needs_it_all_the_same() -> None:
    bank = Bank(ruled(management=managed()))
    with pytest.raises(AssessmentStale):
        release(bank, STALE_PLAN, why="the shop is down")


def test_without_a_rule_a_holder_of_release_excepts() -> None:
    bank = Bank(ruled(None, management=managed()))
    plan = wider(None, management=managed(STALE))
    with pytest.raises(AssessmentStale):
        release(bank, plan)
    answer(bank, "ana", plan, role="release", excepts=["desk:impact"], why="assessed on Monday")
    assert release(bank, plan)["exceptions"]


def test_what_lets_less_through_needs_none() -> None:
    bank = Bank(wider(management=managed()))
    plan = ruled(management=managed(STALE))
    answer(bank, "ben", plan)
    assert release(bank, plan)["exceptions"] == []


def test_a_date_that_passed_counts_by_the_clock() -> None:
    bank = Bank(ruled(management=managed()))
    due = replace(STALE, since=(), until=bank.home.now().plus(60))
    plan = wider(management=managed(due))
    answer(bank, "ben", plan)
    bank.clock.advance(61)
    with pytest.raises(AssessmentStale):
        release(bank, plan)


def test_a_record_without_it_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    answer(bank, "ben", STALE_PLAN)
    forged(bank, STALE_PLAN, approvals=tuple(given(bank)), touches=("wider:desk",))
    (found,) = changes_step(bank)
    assert found == "widens what agents may do while an assessment is stale: `desk:impact`"
    bank.close()
