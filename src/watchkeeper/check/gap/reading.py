"""What one shape of decision says about which control."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from watchkeeper.check.gap.plan_map import PlanMap
from watchkeeper.check.survey import Shape
from watchkeeper.records.action import Reason

_UNEVALUATED = frozenset({Reason.COULD_NOT_EVALUATE, Reason.ENGINE_FAILED, Reason.CLOCK_UNSURE})


class Reading(enum.Enum):
    """What a control did in a decision."""

    FIRED = "fired"
    """It decided or limited the outcome."""

    OBSERVED = "observed"
    """The decision was let through by observing; nothing in it counts as enforced."""

    ERRED = "erred"
    """One of its policies raised an error."""

    UNEVALUATED = "unevaluated"
    """It speaks of the action, which was refused before any policy could be evaluated."""


def readings(shape: Shape, plan: PlanMap | None) -> Iterator[tuple[str, Reading]]:
    """Yield each control that a decision says something about, with what it says.

    `plan` is the one it was decided under, or None where that bundle is not there: then only the
    controls that the record itself names are known.
    """
    built_in = _built_in(shape, plan)
    if shape.would is not None:
        yield from _each({*shape.controls, *shape.would.controls, *built_in}, Reading.OBSERVED)
    elif shape.reasons and shape.reasons[0] in _UNEVALUATED:
        covering = plan.covering(shape.system, shape.action) if plan is not None else frozenset()
        yield from _each(built_in, Reading.FIRED)
        yield from _each({*shape.controls, *covering} - built_in, Reading.UNEVALUATED)
    else:
        erred, only_erred = _erred(shape, plan)
        yield from _each({*shape.controls, *built_in} - (only_erred - built_in), Reading.FIRED)
        yield from _each(erred, Reading.ERRED)


def _built_in(shape: Shape, plan: PlanMap | None) -> set[str]:
    if plan is None:
        return set()
    return {control for reason in shape.reasons for control in plan.built_in(reason)}


def _erred(shape: Shape, plan: PlanMap | None) -> tuple[set[str], set[str]]:
    """Return the controls with a policy that raised, and those of them with no other that fired."""
    if not shape.errors or plan is None:
        return set(), set()
    erred = {control for policy in shape.errors for control in plan.controls_of(policy)}
    sound = {
        control
        for policy in shape.policies
        if policy not in shape.errors
        for control in plan.controls_of(policy)
    }
    return erred, erred - sound


def _each(controls: set[str], reading: Reading) -> Iterator[tuple[str, Reading]]:
    return ((control, reading) for control in sorted(controls))
