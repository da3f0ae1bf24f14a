"""An objective is written so that no traffic whatever could miss it."""

from __future__ import annotations

import pytest

from watchkeeper.records.objective_grammar import grammar_problem, idle_problem
from watchkeeper.records.plan.management.objectives import (
    Counted,
    Measure,
    Objective,
    Quantile,
    QuantileOf,
    Share,
    ShareOf,
    Target,
)

_ALLOWED = Share(ShareOf.OUTCOME, ("allow",))
_ALL = Share(ShareOf.OUTCOME, ("allow", "block", "escalate"))
_FAILED = Share(ShareOf.STATUS, ("failed",))
_FAST = Share(ShareOf.DECIDED_WITHIN, seconds=60)
_WAITED = Quantile("0.95", QuantileOf.DECIDED_AFTER)


def _problem(measure: Measure, target: Target) -> str | None:
    asked = Objective("x", "x", "ana", measure, target, 3600)
    assert grammar_problem(asked) is None
    return idle_problem(asked)


@pytest.mark.parametrize(
    ("measure", "target", "says"),
    [
        (Measure(Counted.DECISIONS, {"outcome": ("allow",)}, _ALLOWED), Target("1"), "100 %"),
        (Measure(Counted.DECISIONS, {"outcome": ("allow",)}, _ALL), Target("1"), "100 %"),
        (Measure(Counted.DECISIONS, {}, _ALL), Target("1"), "100 %"),
        (Measure(Counted.DECISIONS, {"outcome": ("block",)}, _ALLOWED), Target(None, "0"), "0 %"),
        (Measure(Counted.EFFECTS, {}, _FAILED), Target("0"), "at least 0"),
        (Measure(Counted.EFFECTS, {}, _FAILED), Target(None, "1.0"), "at most 100 %"),
        (Measure(Counted.ESCALATIONS, {}, _FAST), Target(None, "1"), "at most 100 %"),
        (Measure(Counted.DECISIONS), Target("0"), "at least 0"),
        (Measure(Counted.ESCALATIONS, quantile=_WAITED), Target("0"), "at least 0"),
    ],
)
def test_what_always_holds_is_named(measure: Measure, target: Target, says: str) -> None:
    assert says in (_problem(measure, target) or "")


@pytest.mark.parametrize(
    ("measure", "target"),
    [
        (Measure(Counted.DECISIONS, {"outcome": ("allow", "block")}, _ALLOWED), Target("0.5")),
        (Measure(Counted.DECISIONS, {}, _ALLOWED), Target("1")),
        (Measure(Counted.EFFECTS, {}, _FAILED), Target(None, "0")),
        (Measure(Counted.ESCALATIONS, {}, _FAST), Target("0.95")),
        (Measure(Counted.PLANTED, {}, Share(ShareOf.CAUGHT)), Target("0.9")),
        (Measure(Counted.UNKNOWN), Target(None, "0")),
    ],
)
def test_what_can_be_missed_is_not(measure: Measure, target: Target) -> None:
    assert _problem(measure, target) is None
