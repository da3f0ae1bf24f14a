"""The closed grammar of what an objective may measure: what goes with what, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from watchkeeper.records.action import Outcome, Reason, Status
from watchkeeper.records.drill import Observed
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.management.objectives import (
    Counted,
    Measure,
    Objective,
    Quantile,
    QuantileOf,
    Share,
    ShareOf,
)
from watchkeeper.records.plan.systems import Stage

_PLACE = frozenset({"system", "agent", "tool", "stage"})
_RULES = frozenset({"policy", "control"})
_VALUES = {
    "outcome": frozenset(one.value for one in Outcome),
    "reason": frozenset(one.value for one in Reason),
    "stage": frozenset(one.value for one in Stage),
}
"""Names of `where` that have a closed set of values."""
_YES = frozenset({ShareOf.CAUGHT, ShareOf.TOO_FAST})
"""Shares that are of what is true: they take no value."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be asked of one kind of thing; `shares` maps to the values that make sense."""

    where: frozenset[str]
    shares: dict[ShareOf, frozenset[str]]
    quantiles: frozenset[QuantileOf] = frozenset()


GRAMMAR: dict[Counted, Allowed] = {
    Counted.DECISIONS: Allowed(
        _PLACE | _RULES | {"outcome", "reason"},
        {ShareOf.OUTCOME: _VALUES["outcome"], ShareOf.REASON: _VALUES["reason"]},
    ),
    Counted.ESCALATIONS: Allowed(
        _PLACE | _RULES | {"reason", "role"},
        {ShareOf.DECIDED_WITHIN: frozenset()},
        frozenset({QuantileOf.DECIDED_AFTER}),
    ),
    Counted.EFFECTS: Allowed(
        _PLACE | _RULES,
        {ShareOf.STATUS: frozenset(one.value for one in Status)},
        frozenset({QuantileOf.DURATION}),
    ),
    Counted.VERDICTS: Allowed(
        _PLACE | _RULES | {"role"},
        {
            ShareOf.OUTCOME: frozenset({Answer.APPROVE.value, Answer.REFUSE.value}),
            ShareOf.TOO_FAST: frozenset(),
        },
        frozenset({QuantileOf.DECIDED_AFTER, QuantileOf.DURATION}),
    ),
    Counted.UNKNOWN: Allowed(_PLACE | _RULES, {}),
    Counted.PLANTED: Allowed(
        _PLACE | _RULES | {"role"},
        {
            ShareOf.CAUGHT: frozenset(),
            ShareOf.OUTCOME: frozenset(one.value for one in Observed) - {Observed.NOT_PLANTED},
        },
    ),
    Counted.REFUSALS: Allowed(
        frozenset({"system", "agent", "reason", "stage"}), {ShareOf.REASON: _VALUES["reason"]}
    ),
}


def grammar_problem(objective: Objective) -> str | None:
    """Return why an objective can not be measured, or None if it can."""
    measure = objective.measure
    problem = _where_problem(measure)
    if problem is None and measure.share is not None and measure.quantile is not None:
        problem = "a share and a quantile at the same time"
    if problem is None and measure.share is not None:
        problem = _share_problem(measure.of, measure.share)
    if problem is None and measure.quantile is not None:
        problem = _quantile_problem(measure.of, measure.quantile)
    if problem is None and (objective.window_seconds < 1 or objective.least < 1):
        problem = "a window or a least number below one"
    return problem or _target_problem(objective)


def idle_problem(objective: Objective) -> str | None:
    """Return why an objective that can be measured could never be missed, or its share never move.

    This is asked of what is written anew; what was measured by an older plan still holds.
    """
    measure, target = objective.measure, objective.target
    least, most = (None if t is None else fraction(t) for t in (target.at_least, target.at_most))
    if least is not None and least <= 0:
        return "a target of at least 0, which always holds"
    if measure.share is None:
        return None
    if most is not None and most >= 1:
        return "a target of at most 100 %, which always holds"
    return _fixed_problem(measure, measure.share)


def _fixed_problem(measure: Measure, share: Share) -> str | None:
    every = GRAMMAR[measure.of].shares.get(share.by)
    if not every:
        return None
    counted = frozenset(measure.where.get(share.by.value, every))
    if counted <= set(share.values):
        return "a share of all that is counted, which is always 100 %"
    if counted.isdisjoint(share.values):
        return "a share of what is not counted, which is always 0 %"
    return None


def fraction(text: str) -> Fraction | None:
    """Return a decimal as an exact fraction; None for what is no finite decimal."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return Fraction(number) if number.is_finite() and len(text) < 40 else None


def _where_problem(measure: Measure) -> str | None:
    for name, values in measure.where.items():
        if name not in GRAMMAR[measure.of].where:
            return f"{measure.of.value} are not told apart by `{name}`"
        odd = sorted(set(values) - _VALUES.get(name, frozenset(values)))
        if not values or odd:
            return f"`{name}` is never `{odd[0]}`" if odd else f"`{name}` without a value"
    return None


def _share_problem(of: Counted, share: Share) -> str | None:
    values = GRAMMAR[of].shares.get(share.by)
    if values is None:
        return f"no share of {of.value} by `{share.by.value}`"
    if share.by is ShareOf.DECIDED_WITHIN:
        return None if share.seconds is not None and share.seconds > 0 else "within no time"
    if share.by in _YES:
        return f"`{share.by.value}` takes no value" if share.values else None
    odd = sorted(set(share.values) - values)
    if odd:
        return f"`{share.by.value}` of {of.value} is never `{odd[0]}`"
    return None if share.values else f"`{share.by.value}` without a value"


def _quantile_problem(of: Counted, quantile: Quantile) -> str | None:
    if quantile.of not in GRAMMAR[of].quantiles:
        return f"no quantile of {of.value} by `{quantile.of.value}`"
    at = fraction(quantile.at)
    if at is None or not 0 < at <= 1:
        return "a quantile that is not above 0 and at most 1"
    return None


def _target_problem(objective: Objective) -> str | None:
    target = objective.target
    given = [text for text in (target.at_least, target.at_most) if text is not None]
    if len(given) != 1:
        return "not exactly one target, `at_least` or `at_most`"
    number = fraction(given[0])
    if number is None or number < 0:
        return "a target that is no number"
    if objective.measure.share is not None and number > 1:
        return "a target of a share above 100 %"
    is_count = objective.measure.share is None and objective.measure.quantile is None
    return "a target of a count that is not whole" if is_count and number.denominator != 1 else None
