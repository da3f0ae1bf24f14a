"""What the home's own records say of what happened before an action."""

from __future__ import annotations

from watchkeeper.do.decision.bounds.history import Rule
from watchkeeper.do.decision.known import CALL_METHOD
from watchkeeper.do.decision.request import Request
from watchkeeper.do.state.parts import Happenings
from watchkeeper.do.state.parts.history import (
    Asked,
    Track,
    asked_under,
    conversation_of,
    counted_under,
)
from watchkeeper.ledger.canonical import canonical_arguments, keyed_digest
from watchkeeper.loop.facts_of.tasks import named_mandate
from watchkeeper.loop.home import Home
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import AGENT, ARGUMENT, CONVERSATION, Happened


def history_of(home: Home, request: Request, at: Instant) -> dict[str, bool | int | None]:
    """Return the facts that policies on an action may look at, None for what could not be had."""
    system = home.enforcer.system_of(request.call.agent)
    rules = () if system is None else home.enforcer.history(system.id, request.action)
    if not rules or request.problem is not None:
        return {}
    task, held = _task(home, request, at), home.state.part(Happenings)
    found: dict[str, bool | int | None] = {}
    for rule in rules:
        said = rule.history
        keys = asked_under(request.call.agent, task)
        if said.same != CONVERSATION:
            keys = _keys(home, rule, request)
        conversation = "" if task is None else conversation_of(task)
        asked = Asked(rule.id, said.kind, keys, said.seconds, conversation)
        times = held.times(asked, at) if keys else None
        counts = said.kind is Happened.COUNT
        found[said.name] = times if counts or times is None else times > 0
    return found


def tracks_of(home: Home, request: Request, at: Instant) -> tuple[Track, ...]:
    """Return how an action will count, once it is allowed, for facts of actions after it.

    A method other than a tool call brings content of its server, and counts as that.
    """
    call, enforcer = request.call, home.enforcer
    called = call.method == CALL_METHOD
    rules = enforcer.counted(request.action) if called else enforcer.tainting(call.server)
    if not rules or request.problem is not None:
        return ()
    under = counted_under(request.call.agent, _task(home, request, at))
    return tuple(
        Track(rule.id, rule.history.kind, key, rule.history.seconds)
        for rule in rules
        for key in (under if rule.history.same == CONVERSATION else _keys(home, rule, request))
    )


def _task(home: Home, request: Request, at: Instant) -> str | None:
    mandate = named_mandate(home, request.call, at)
    return None if mandate is None else mandate.id


def _keys(home: Home, rule: Rule, request: Request) -> tuple[str, ...]:
    """Return what two actions must have in common; values only keyed with the home's secret."""
    call, same = request.call, rule.history.same
    if same == AGENT:
        return (f"agent {call.agent}",)
    entry = home.enforcer.tool(call.server, call.tool)
    if entry is None:
        return ()
    kind = f"resource {entry.tool.resource_type}"
    name = entry.tool.resource_argument
    if same.startswith(ARGUMENT):
        kind = name = same.removeprefix(ARGUMENT)
    value = None if name is None else call.arguments.get(name)
    if value is None:
        return ()
    return (keyed_digest(home.secret, canonical_arguments(["history", same, kind, value])),)
