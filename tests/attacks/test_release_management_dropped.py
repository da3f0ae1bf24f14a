"""A plan that drops its management system, so that nothing in it is stale any more."""

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
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import AssessmentStale


def test_what_was_stale_before_still_is(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed(STALE)))
    plan = wider()
    assert plan.management is None
    answer(bank, "ben", plan)
    with pytest.raises(AssessmentStale, match="desk:impact"):
        release(bank, plan)
    forged(bank, plan, approvals=tuple(given(bank)), touches=("wider:desk",))
    assert changes_step(bank) == [
        "widens what agents may do while an assessment is stale: `desk:impact`"
    ]
    bank.close()


def test_dropping_it_is_itself_a_weakening_of_every_system() -> None:
    bank = Bank(ruled(management=managed(STALE)))
    answer(bank, "ben", ruled())
    with pytest.raises(AssessmentStale):
        release(bank, ruled())
