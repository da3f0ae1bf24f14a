"""What the home's own records say of what happened before an action."""

from __future__ import annotations

from watchkeeper.do.decision.history import Rule
from watchkeeper.do.decision.known import CALL_METHOD
from watchkeeper.do.decision.request import Request
from watchkeeper.do.state.parts import Happenings
from watchkeeper.do.state.parts.history import Track, conversation_of
from watchkeeper.ledger.canonical import canonical_arguments, keyed_digest
from watchkeeper.loop.facts_of.tasks import named_mandate
from watchkeeper.loop.home import Home
from watchkeeper.records.bounds import AGENT, ARGUMENT, CONVERSATION, Happened
from watchkeeper.records.instant import Instant


def history_of(home: Home, request: Request, at: Instant) -> dict[str, bool | int | None]:
    """Return the facts that policies on an action may look at, None for what could not be had."""
    system = home.enforcer.system_of(request.call.agent)
    rules = () if system is None else home.enforcer.history(system.id, request.action)
    if not rules or request.problem is not None:
        return {}
    held, found = home.state.part(Happenings), dict[str, bool | int | None]()
    for rule in rules:
        track = _track(home, rule, request, at)
        times = None if track is None else held.times(track, at)
        counts = rule.history.kind is Happened.COUNT
        found[rule.history.name] = times if counts or times is None else times > 0
    return found


def tracks_of(home: Home, request: Request, at: Instant) -> tuple[Track, ...]:
    """Return how an action will count, once it is allowed, for facts of actions after it."""
    rules = home.enforcer.counted(request.action)
    if not rules or request.problem is not None or request.call.method != CALL_METHOD:
        return ()
    found = (_track(home, rule, request, at) for rule in rules)
    return tuple(track for track in found if track is not None)


def _track(home: Home, rule: Rule, request: Request, at: Instant) -> Track | None:
    key = _key(home, rule, request, at)
    history = rule.history
    return None if key is None else Track(rule.id, history.kind, key, history.seconds)


def _key(home: Home, rule: Rule, request: Request, at: Instant) -> str | None:
    """Return what two actions must have in common; values only keyed with the home's secret."""
    call, same = request.call, rule.history.same
    if same == AGENT:
        return f"agent {call.agent}"
    if same == CONVERSATION:
        mandate = named_mandate(home, call, at)
        return conversation_of(call.agent, None if mandate is None else mandate.id)
    entry = home.enforcer.tool(call.server, call.tool)
    if entry is None:
        return None
    kind = f"resource {entry.tool.resource_type}"
    name = entry.tool.resource_argument
    if same.startswith(ARGUMENT):
        kind = name = same.removeprefix(ARGUMENT)
    value = None if name is None else call.arguments.get(name)
    if value is None:
        return None
    return keyed_digest(home.secret, canonical_arguments(["history", same, kind, value]))
