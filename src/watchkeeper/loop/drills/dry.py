"""The facts of an action that is only tried: what sources would say is given, nothing is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.do.decision.enforcer import Enforcer, ToolEntry
from watchkeeper.do.decision.facts import BudgetFact, FactRead, Facts
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.loop.permits import enforced_at
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import Happened
from watchkeeper.records.plan.management.state import DATE, MEMBERS, AimsState, Watched
from watchkeeper.records.plan.systems import System

_HISTORY, _AIMS = "history", "aims"
_POINT = Point("mcp-gateway", Boundary.EXCLUSIVE)


@dataclass(frozen=True, slots=True)
class Held:
    """What budgets hold: an agent's own, by grant, and shared ones by their id.

    `reviews` are those of emergency releases that are due, or will be.
    """

    own: Mapping[str, tuple[BudgetFact, ...]] = field(default_factory=dict)
    shared: Mapping[str, BudgetFact] = field(default_factory=dict)
    reviews: tuple[Watched, ...] = ()


def nothing_held(enforcer: Enforcer, call: Call) -> Held:
    """Return budgets of which nothing is used yet."""
    action = f"{call.server}/{call.tool}"
    grants = enforcer.grants(call.agent, action)
    own = {g.id: tuple(BudgetFact(0, "0") for _ in g.budgets) for g in grants}
    shared = enforcer.shared(call.agent, action)
    return Held(own, {budget.id: BudgetFact(0, "0") for budget in shared})


def dry_facts(enforcer: Enforcer, given: Any, call: Call, at: Instant, held: Held) -> Facts:
    """Return the facts of a call under a plan: `given` has those of sources, by name.

    `history` among them says what happened before, `aims` what of the management system counts;
    without it that is as the plan says.

    Raises:
        RecordInvalid: they are no such objects.
    """
    if not isinstance(given, Mapping):
        raise RecordInvalid("`facts` is an object: source, then field, then value")
    entry = enforcer.tool(call.server, call.tool)
    system = enforcer.system_of(call.agent)
    reads = tuple(
        FactRead(source, at, values)
        for source, values in sorted(given.items())
        if isinstance(values, dict) and source not in {_HISTORY, _AIMS}
    )
    now = enforcer.aims(system.id if system else "", at, held.reviews)
    return Facts(
        at=at,
        stage=system.stage if system else enforcer.bundle.stage,
        point=enforced_at(_POINT, enforcer.bundle, call.server),
        pin=entry.tool.pin if entry else None,
        read=reads,
        budgets=held.own,
        shared=held.shared,
        history=_history(enforcer, system, entry, given.get(_HISTORY, {})),
        aims=_aims(given[_AIMS]) if _AIMS in given and now is not None else now,
    )


def _history(
    enforcer: Enforcer, system: System | None, entry: ToolEntry | None, given: Any
) -> dict[str, bool | int | None]:
    """Return what happened before as it is given: what is left out did not happen."""
    if not isinstance(given, Mapping):
        raise RecordInvalid("`facts.history` is an object: the name of a fact, then its value")
    rules = enforcer.history(system.id, entry.action) if system and entry else ()
    named = ((rule.history.name, rule.history.kind) for rule in rules)
    return {name: given.get(name, 0 if kind is Happened.COUNT else False) for name, kind in named}


def _aims(given: Any) -> AimsState:
    """Return the state of the management system as members of `context.facts.aims` say it."""
    if not isinstance(given, Mapping):
        raise RecordInvalid("`facts.aims` is an object: a member, then its value")
    members = {member.name: member for member in MEMBERS}
    counting: dict[str, tuple[str, ...]] = {}
    for name, value in given.items():
        member = members.get(name)
        if member is None:
            raise RecordInvalid(f"`facts.aims` has no {cut(name)}; it has {', '.join(members)}")
        if member.named and isinstance(value, list):
            counting[member.of] = tuple(sorted({str(one) for one in value}))
        elif value is True and not member.named:
            counting.setdefault(member.of, (DATE,))
        elif value is not False or member.named:
            raise RecordInvalid(f"`facts.aims.{name}` is {'a list' if member.named else 'a bool'}")
    return AimsState({name: why for name, why in counting.items() if why})
