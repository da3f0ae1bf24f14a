"""An exception that was for another plan, was taken back, or served a release of before."""

from __future__ import annotations

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
    renamed,
    ruled,
    wider,
    withdraw,
)
from tests.worlds.disk_bank import DiskBank
from watchkeeper.errors import AssessmentStale

BEFORE, PLAN = ruled(management=managed()), wider(management=managed(STALE))
WHY = "assessed on Monday"
TOUCHES = ("wider:desk",)


def _except(bank: DiskBank, other: bool = False) -> None:
    plan = renamed(PLAN) if other else PLAN
    answer(bank, "ben", plan, excepts=["desk:impact"], why=WHY)


def test_one_for_another_plan_excepts_nothing(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, BEFORE)
    _except(bank, other=True)
    answer(bank, "cyd", PLAN)
    with pytest.raises(AssessmentStale):
        release(bank, PLAN)
    other, mine = given(bank)
    forged(bank, PLAN, approvals=(mine,), exceptions=(other,), touches=TOUCHES)
    found = "it names an answer to another plan, or to one that would follow another"
    assert changes_step(bank) == [found]
    bank.close()


def test_one_that_was_taken_back_excepts_nothing(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, BEFORE)
    _except(bank)
    answer(bank, "cyd", PLAN)
    gone, mine = given(bank)
    withdraw(bank, "ben")
    with pytest.raises(AssessmentStale):
        release(bank, PLAN)
    forged(bank, PLAN, approvals=(mine,), exceptions=(gone,), touches=TOUCHES)
    assert changes_step(bank) == [
        f"approved by way of record {gone.index}, which is no answer that counts"
    ]
    bank.close()


def test_one_that_served_a_release_serves_no_other(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, BEFORE)
    _except(bank)
    (old,) = given(bank)
    release(bank, PLAN)
    answer(bank, "ben", BEFORE)
    release(bank, BEFORE)
    answer(bank, "cyd", PLAN)
    with pytest.raises(AssessmentStale):
        release(bank, PLAN)
    forged(bank, PLAN, approvals=tuple(given(bank)), exceptions=(old,), touches=TOUCHES)
    assert changes_step(bank) == [
        f"approved by way of record {old.index}, which is no answer that counts"
    ]
    bank.close()
