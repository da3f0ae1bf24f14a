"""An exception that names another system, another assessment, or comes from nobody who may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.approvals import (
    RULE,
    STALE,
    answer,
    changes_step,
    forged,
    given,
    lied,
    managed,
    on_disk,
    release,
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import AssessmentStale, CommandInvalid, NotAuthorised

PLAN = wider(management=managed(STALE))


@pytest.mark.parametrize("excepts", [["other:impact"], ["desk:risk"]])
def test_it_counts_for_what_it_names(excepts: list[str], tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    answer(bank, "ben", PLAN, excepts=excepts, why="assessed on Monday")
    with pytest.raises(AssessmentStale):
        release(bank, PLAN)
    refs = tuple(given(bank))
    forged(bank, PLAN, approvals=refs, exceptions=refs, touches=("wider:desk",))
    assert changes_step(bank) == [
        "widens what agents may do while an assessment is stale: `desk:impact`"
    ]
    bank.close()


@pytest.mark.parametrize("excepts", [["desk"], ["desk:impact "], [5], "desk:impact", ["*:impact"]])
def test_what_can_not_be_excepted_is_refused(excepts: Any) -> None:
    bank = Bank(ruled())
    with pytest.raises(CommandInvalid):
        answer(bank, "ben", PLAN, excepts=excepts, why="assessed on Monday")


def test_only_the_role_that_the_rule_names_excepts(tmp_path: Path) -> None:
    rule = replace(RULE, exceptions="operate")
    bank = on_disk(tmp_path, ruled(rule, management=managed()))
    plan = wider(rule, management=managed(STALE))
    with pytest.raises(NotAuthorised, match="may except"):
        answer(bank, "ben", plan, excepts=["desk:impact"], why="assessed on Monday")
    ref = lied(bank, "ben", plan, excepts=("desk:impact",), reason="f" * 64)
    forged(bank, plan, approvals=(ref,), exceptions=(ref,), touches=("wider:desk",))
    found = changes_step(bank)
    assert "plan-verdict: `ben` may not except anything as `lead`" in found
    assert "what `ben` answered as `lead` excepts nothing" in found
    bank.close()
