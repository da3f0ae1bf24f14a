"""One action that waits: everything that a person needs to decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.console.views.authority import Bar, bars_of
from watchkeeper.console.views.review.choices import Choices, choices_of
from watchkeeper.console.views.review.waiting import FIRST, Mine, Value, in_order, mine_of, values
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.do.state.parts import Standings
from watchkeeper.do.state.pending import Pending
from watchkeeper.errors import LedgerError
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.loop.inbox import Opened
from watchkeeper.loop.inbox.dialogue import dialogue_of
from watchkeeper.loop.inbox.past import Done
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan.management.controls import Control
from watchkeeper.records.plan.tools import Tool
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class Why:
    """A policy that asks for a person, and the control that it enforces."""

    policy: str
    control: str
    statement: str
    owner: str
    risks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactShown:
    """What a declared fact said, and when it was read; `read_at` of None is not known."""

    name: str
    values: tuple[Value, ...]
    read_at: Instant | None


@dataclass(frozen=True, slots=True)
class Said:
    """A person's approval; `at` of None: its record is in a shard that is not here.

    `stead` is the name of whom a deputy stands in for. With `ahead` it was given before the action
    was asked for, by a standing approval that still holds.
    """

    person: str
    name: str
    role: str
    at: Instant | None
    stead: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """Something that the same agent did; `ended` is empty while its effect is not known."""

    action_id: str
    ref: Ref
    at: Instant
    tool: str
    outcome: str
    ended: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that somebody asked back, and the agent's answer; None where it was erased."""

    name: str
    at: Instant
    text: str | None
    answered: Instant | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Escalation:
    """An action that was escalated.

    `shown` is the exact text whose SHA-256 is `shown_digest`, which a verdict signs; None where it
    was erased. `view` is all else that stands here, `view_digest` its digest, and `receipt` says
    when it was opened: all three go with the verdict.
    """

    handle: str
    action_id: str
    decision: Ref
    state: str
    agent: str
    on_behalf_of: str | None
    system: str
    tool: str
    plan: str
    sentence: str
    explained: str
    first: tuple[Value, ...]
    rest: tuple[Value, ...]
    facts: tuple[FactShown, ...]
    why: tuple[Why, ...]
    management: tuple[str, ...]
    roles: tuple[str, ...]
    approvals: int
    approved: tuple[Said, ...]
    at: Instant
    expires: Instant
    budgets: tuple[Bar, ...]
    lately: tuple[Before, ...]
    similar: tuple[Before, ...]
    dialogue: tuple[Asked, ...]
    shown: str | None
    shown_digest: str
    view: Mapping[str, Any]
    view_digest: str
    receipt: str
    mine: Mine
    choices: Choices


async def escalation(visit: Visit) -> Escalation | Missing:
    """Return one escalated action by its handle: while it waits, and a day longer."""
    handle = visit.params["handle"]
    opened = visit.inbox.open(handle, visit.person)
    pending = visit.home.state.pending.by_handle(handle)
    if opened is None or pending is None:
        return Missing("nothing that you may see waits under this handle, or did in the last day")
    return _seen(visit, opened, pending)


def whys(visit: Visit, policies: tuple[str, ...]) -> tuple[Why, ...]:
    """Return why policies of the plan in force ask for a person, or forbid."""
    known = {policy.id: policy for policy in visit.plan.policies}
    controls = {control.id: control for control in visit.plan.controls}
    found = []
    for policy_id in policies:
        policy = known.get(policy_id)
        control = controls.get(policy.control) if policy is not None else None
        found.append(_why(policy_id, control))
    return tuple(found)


def before(done: Done) -> Before:
    """Say something that an agent did before."""
    return Before(done.action_id, done.ref, done.at, done.action, done.outcome, done.ended, done.by)


def asked_back(visit: Visit, pending: Pending) -> tuple[Asked, ...]:
    """Return what people asked the agent, and what it answered."""
    return tuple(
        Asked(visit.name_of(one.by), one.at, one.text, one.answered, one.answer)
        for one in dialogue_of(visit.home, pending)
    )


def _seen(visit: Visit, opened: Opened, pending: Pending) -> Escalation:
    said, shown, past = opened.item.summary, opened.shown, visit.inbox.past
    arguments = in_order(shown, _tool(visit, pending.action))
    return Escalation(
        handle=pending.handle,
        action_id=pending.action_id,
        decision=pending.decision,
        state=_state(visit, pending),
        agent=pending.agent,
        on_behalf_of=said.on_behalf_of,
        system=pending.system,
        tool=pending.action,
        plan=pending.plan,
        sentence=said.sentence if shown is not None else "",
        explained="" if shown is None else str(shown.get("sentence", "")),
        first=arguments[:FIRST],
        rest=arguments[FIRST:],
        facts=_facts(visit, pending, shown),
        why=whys(visit, pending.reviews),
        management=_management(shown),
        roles=pending.roles,
        approvals=pending.approvals,
        approved=_approved(visit, pending),
        at=pending.at,
        expires=pending.expires,
        budgets=bars_of(visit, pending.agent, pending.action),
        lately=tuple(before(done) for done in past.lately(pending.agent, pending.action_id)),
        similar=tuple(before(done) for done in past.similar(pending.action_id)),
        dialogue=asked_back(visit, pending),
        shown=None if shown is None else canonical_arguments(shown).decode(),
        shown_digest=opened.shown_digest,
        view=opened.view,
        view_digest=opened.view_digest,
        receipt=opened.receipt,
        mine=mine_of(opened.item),
        choices=choices_of(visit, pending, opened.item),
    )


def _management(shown: Mapping[str, Any] | None) -> tuple[str, ...]:
    said = shown.get("management", ()) if shown is not None else ()
    return tuple(str(one) for one in said) if isinstance(said, list | tuple) else ()


def _tool(visit: Visit, action: str) -> Tool | None:
    server, _, name = action.partition("/")
    entry = visit.home.enforcer.tool(server, name)
    return entry.tool if entry is not None else None


def _why(policy: str, control: Control | None) -> Why:
    if control is None:
        return Why(policy, "", "", "", ())
    return Why(policy, control.id, control.statement, control.owner, control.risks)


def _state(visit: Visit, pending: Pending) -> str:
    if pending.waits() and pending.expires <= visit.now:
        return "expired"
    return pending.why.value if pending.why is not None else pending.state.value


def _facts(
    visit: Visit, pending: Pending, shown: Mapping[str, Any] | None
) -> tuple[FactShown, ...]:
    facts = shown.get("facts") if shown is not None else None
    if not isinstance(facts, Mapping):
        return ()
    read = _read_at(visit, pending)
    return tuple(
        FactShown(str(name), values(sorted(said.items())), read.get(str(name)))
        for name, said in sorted(facts.items())
        if isinstance(said, Mapping)
    )


def _read_at(visit: Visit, pending: Pending) -> dict[str, Instant]:
    """Return when each fact was read, from the decision's own record."""
    try:
        said = visit.home.log.entry(pending.decision).record.predicate
    except LedgerError:
        return {}
    facts = said.facts if isinstance(said, DecisionRecord) else ()
    return {used.value.name.partition(".")[0]: used.read_at for used in facts}


def _approved(visit: Visit, pending: Pending) -> tuple[Said, ...]:
    """Return whose approval counts: verdicts, then what was approved ahead and still holds."""
    given = (
        Said(
            one.reviewer,
            visit.name_of(one.reviewer),
            one.role,
            _at(visit, one.ref),
            visit.name_of(one.stands_in_for) if one.stands_in_for else "",
        )
        for one in pending.verdicts
    )
    standings, now = visit.home.state.part(Standings), visit.home.now()
    named = (standings.at(ref) for ref in pending.standing)
    ahead = (
        Said(one.by, visit.name_of(one.by), one.role, one.at, ahead=True)
        for one in named
        if one is not None and one.holds(now)
    )
    return (*given, *ahead)


def _at(visit: Visit, ref: Ref) -> Instant | None:
    try:
        said = visit.home.log.entry(ref).record.predicate
    except LedgerError:
        return None
    return said.at if isinstance(said, VerdictRecord) else None
