"""Grants as Cedar: one permit with every limit as a condition, and one review.

The review is for what is above what the agent may do alone (decision semantics, 3). So there
is one evaluator, one explanation and one proof for everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.compile.numbers import (
    Number,
    compare,
    find_number,
)
from watchkeeper.plan.policies.annotations import Annotations
from watchkeeper.plan.policies.parse import ParsedPolicy, parse_body
from watchkeeper.plan.typing import TypedTool, quoted
from watchkeeper.plan.workspace.models.authority import GrantEntry, ReviewEntry, StandingEntry
from watchkeeper.records.plan.policies import PolicyKind, StandingRule

_Numbers = tuple[tuple[Number, ...], tuple[Number | None, ...], tuple[Number, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a grant stands, and whose it is; or who may have it `lent`."""

    system: str
    agent: str
    file: str
    line: int
    lent: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """The actions of a grant whose arguments have the same types, and their numbers.

    `numbers` are those of the bands, `sums` those that the budgets add up, `lent` those that bound
    what may be lent, in order.
    """

    actions: tuple[str, ...]
    numbers: tuple[Number, ...]
    sums: tuple[Number | None, ...]
    lent: tuple[Number, ...]


def grant_policies(
    grant: GrantEntry, place: Place, tools: Mapping[str, TypedTool]
) -> tuple[ParsedPolicy, ...]:
    """Compile one grant; `tools` are those of its system by `server/tool`.

    The permit is `grant.<id>`, its review `grant.<id>.review`; where the argument types of its
    actions differ, there is one pair for each type, `grant.<id>.<n>` with n from 1. For each agent
    that the grant may be lent to there is another pair, with `.to.<agent>` behind the permit's id.

    Raises:
        PlanRefused: a limit that the tools' arguments do not have.
    """
    parts = _parts(grant, tools)
    found: list[ParsedPolicy] = []
    for n, part in enumerate(parts, start=1):
        name = f"grant.{grant.id}" if len(parts) == 1 else f"grant.{grant.id}.{n}"
        found.extend(_pair(grant, place, part, name))
        for taker in sorted(set(grant.delegable.to)) if grant.delegable else ():
            lent = replace(place, agent=taker, lent=True)
            found.extend(_pair(grant, lent, part, f"{name}.to.{taker}"))
    return tuple(found)


def _pair(grant: GrantEntry, place: Place, part: _Part, name: str) -> Iterator[ParsedPolicy]:
    notes = Annotations(id=name, control=grant.control)
    yield _policy(place, grant, PolicyKind.PERMIT, notes, _permit(grant, place, part))
    above = _above(grant, part)
    if above is not None and grant.review is not None:
        reviewed = _review_notes(notes, grant.review)
        yield _policy(place, grant, PolicyKind.REVIEW, reviewed, _forbid(place, part, above))


def _review_notes(notes: Annotations, review: ReviewEntry) -> Annotations:
    return replace(
        notes,
        id=f"{notes.id}.review",
        control=review.control or notes.control,
        escalate_to=(review.role,),
        approvals=review.approvals,
        expires_seconds=review.expires,
        separate=tuple(sorted(set(review.separate))),
        reason_required=review.reason,
        standing=_standing(review.standing),
    )


def _standing(says: StandingEntry | None) -> StandingRule | None:
    return None if says is None else StandingRule(says.count, says.within, dict(says.most))


def _parts(grant: GrantEntry, tools: Mapping[str, TypedTool]) -> list[_Part]:
    groups: dict[_Numbers, list[str]] = {}
    most = grant.delegable.most if grant.delegable else {}
    for action in sorted(set(grant.actions)):
        numbers = tuple(_number(tools, action, band.argument) for band in grant.bands)
        sums = tuple(
            None if budget.argument is None else _number(tools, action, budget.argument)
            for budget in grant.budgets
        )
        lent = tuple(_number(tools, action, argument) for argument in sorted(most))
        groups.setdefault((numbers, sums, lent), []).append(action)
    return [_Part(tuple(actions), *key) for key, actions in groups.items()]


def _number(tools: Mapping[str, TypedTool], action: str, argument: str) -> Number:
    try:
        return find_number(tools[action], argument)
    except PlanRefused as error:
        advice = f"{error.advice}; or give {cut(action)} a grant of its own"
        raise PlanRefused(f"{cut(action)}: {error.message}", advice) from None


def _permit(grant: GrantEntry, place: Place, part: _Part) -> str:
    conditions = []
    if grant.valid_until is not None:
        conditions.append(f'context.facts.clock.now < datetime("{grant.valid_until}")')
    if grant.mandate is not None:
        conditions.append("context.facts.mandate.covers")
    if place.lent:
        conditions += _lent_conditions(grant, part)
    for band, number in zip(grant.bands, part.numbers, strict=True):
        most = band.review if band.review is not None else band.alone
        conditions += [*number.guards, number.at_least(band.least), number.at_most(most)]
    conditions += _not_negative(grant, part)
    conditions += _budget_conditions(grant, part)
    return _policy_text("permit", place, part, conditions)


def _lent_conditions(grant: GrantEntry, part: _Part) -> Iterator[str]:
    """What is lent holds as far as it was lent, and never beyond what the plan lets be lent."""
    yield f"context.facts.lent.contains({quoted(grant.id)})"
    most = grant.delegable.most if grant.delegable else {}
    for argument, number in zip(sorted(most), part.lent, strict=True):
        yield from (*number.guards, number.at_most(most[argument]))


def _not_negative(grant: GrantEntry, part: _Part) -> Iterator[str]:
    """A sum that no band bounds below could be made to shrink by a negative amount."""
    banded = {band.argument for band in grant.bands}
    for argument, number in {
        budget.argument: number for budget, number in zip(grant.budgets, part.sums, strict=True)
    }.items():
        if number is not None and argument not in banded:
            yield from (*number.guards, number.at_least("0"))


def _budget_conditions(grant: GrantEntry, part: _Part) -> Iterator[str]:
    """Compare what each window would hold after this action with its cap."""
    if not grant.budgets:
        return
    yield f"context.facts.budget has {quoted(grant.id)}"
    used = f"context.facts.budget[{quoted(grant.id)}]"
    for i, (budget, number) in enumerate(zip(grant.budgets, part.sums, strict=True)):
        if budget.count is not None:
            yield f"{used}.count{i} <= {budget.count}"
        if budget.sum is not None and number is not None:
            path = f"{used}.sum{i}"
            yield compare(path, "<=", "lessThanOrEqual", budget.sum, long=number.long)


def _above(grant: GrantEntry, part: _Part) -> list[str] | None:
    """Return when a review is due, as alternatives; None where it never is."""
    if grant.review is None:
        return None
    if grant.review.always:
        return []
    above = [
        " && ".join([*number.guards, number.above(band.alone)])
        for band, number in zip(grant.bands, part.numbers, strict=True)
        if band.review is not None
    ]
    return above or None


def _forbid(place: Place, part: _Part, above: list[str]) -> str:
    either = " ||\n    ".join(f"({alternative})" for alternative in above)
    return _policy_text("forbid", place, part, [either] if either else [])


def _policy_text(effect: str, place: Place, part: _Part, conditions: list[str]) -> str:
    actions = [f"Action::{quoted(action)}" for action in part.actions]
    scope = f"action == {actions[0]}" if len(actions) == 1 else f"action in [{', '.join(actions)}]"
    text = f"{effect} (\n  principal == Agent::{quoted(place.agent)},\n  {scope},\n  resource\n)"
    if conditions:
        text += " when {\n  " + " &&\n  ".join(conditions) + "\n}"
    return text + ";"


def _policy(
    place: Place, grant: GrantEntry, kind: PolicyKind, notes: Annotations, text: str
) -> ParsedPolicy:
    body = parse_body(text)
    return ParsedPolicy(
        place.system, place.file, place.line, kind, notes, body, text, grant=grant.id
    )
