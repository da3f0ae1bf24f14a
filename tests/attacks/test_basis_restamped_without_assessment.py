"""A stale assessment passes for fresh: a new basis or a later day, and nobody assessed anything."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.worlds.assessed import GOOD_UNTIL, IMPACT, assessed_plan, bases
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.records.plan.bundle import Bundle

IMPACT_FILE, BASIS_FILE = "impacts/desk.yaml", "impacts/desk.basis.json"
AGAIN = IMPACT.replace("assessed: 2026-11-01", "assessed: 2026-11-20")
LATER = (GOOD_UNTIL, "2099-11-30")


def _weaker(files: dict[str, str]) -> list[str]:
    found = diff_bundles(assessed_plan(), assessed_plan(files)).weakenings
    return [one for one in found if one.startswith(("assessment", "management"))]


def _other_basis() -> str:
    body = json.loads(bases()[BASIS_FILE])
    body["intendedUse"] = ["whatever there is"]
    return json.dumps(body)


def test_another_basis_without_another_assessment_is_weaker() -> None:
    words = "is said to be of another part of the plan, and is of no later day"
    assert _weaker({BASIS_FILE: _other_basis()}) == [f"assessment `desk:impact`: {words}"]


def test_with_a_later_assessment_it_is_not() -> None:
    assert _weaker({BASIS_FILE: _other_basis(), IMPACT_FILE: AGAIN}) == []


@pytest.mark.parametrize("assessed", ["2026-11-01", "2026-10-01"])
def test_a_later_day_without_a_later_assessment_is_weaker(assessed: str) -> None:
    text = IMPACT.replace(*LATER).replace("assessed: 2026-11-01", f"assessed: {assessed}")
    (found,) = _weaker({IMPACT_FILE: text})
    assert found.startswith("assessment `desk:impact`: is good until 2099-11-30")
    assert found.endswith("and is of no later day")


def test_with_a_later_assessment_a_later_day_is_not() -> None:
    assert _weaker({IMPACT_FILE: AGAIN.replace(*LATER)}) == []


def test_no_day_at_all_is_weaker_even_with_a_later_assessment() -> None:
    text = AGAIN.replace(f"review_by: {GOOD_UNTIL}\n", "")
    (found,) = _weaker({IMPACT_FILE: text})
    assert found.startswith("assessment `desk:impact`: is good for ever")


def test_a_plan_without_any_of_it_is_weaker() -> None:
    plan: Bundle = assessed_plan()
    without = diff_bundles(plan, replace(plan, management=None)).weakenings
    assert any(one.startswith("management `whole`: the plan no longer says") for one in without)
