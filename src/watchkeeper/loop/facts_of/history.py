"""What the home's own records say of what happened before an action."""

from __future__ import annotations

from collections.abc import Iterable

from watchkeeper.do.decision.bounds.history import Rule
from watchkeeper.do.decision.facts import LentFact
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

_Who = tuple[str, str | None]
"""An agent, and the task in which it acts; what a giver does in tasks counts with all else."""


def history_of(
    home: Home, request: Request, at: Instant, lent: Iterable[LentFact]
) -> dict[str, bool | int | None]:
    """Return the facts that policies on an action may look at, None for what could not be had.

    Whoever acts by what others `lent` stands no better than any of them: the worst of what is
    known of each counts.
    """
    system = home.enforcer.system_of(request.call.agent)
    rules = () if system is None else home.enforcer.history(system.id, request.action)
    if not rules or request.problem is not None:
        return {}
    task = _task(home, request, at)
    givers = tuple(giver for fact in lent if fact.covers for giver in fact.givers)
    who = _each_once((request.call.agent, task), givers)
    return {
        rule.history.name: _worst(rule, [_times(home, request, rule, one, at) for one in who])
        for rule in rules
    }


def tracks_of(
    home: Home, request: Request, at: Instant, lent: Iterable[LentFact]
) -> tuple[Track, ...]:
    """Return how an action will count, once it is allowed, for facts of actions after it.

    A method other than a tool call brings content of its server, and counts as that. What is done
    by what others `lent` counts for each of them too, but they have read nothing by it.
    """
    call, enforcer = request.call, home.enforcer
    called = call.method == CALL_METHOD
    rules = enforcer.counted(request.action) if called else enforcer.tainting(call.server)
    if not rules or request.problem is not None:
        return ()
    own = (call.agent, _task(home, request, at))
    every = _each_once(own, tuple(giver for fact in lent for giver in fact.givers))
    found: dict[Track, None] = {}
    for rule in rules:
        said = rule.history
        for who in (own,) if said.kind is Happened.UNTRUSTED else every:
            keys = counted_under(*who) if said.same == CONVERSATION else None
            for key in _keys(home, rule, request, who[0]) if keys is None else keys:
                found[Track(rule.id, said.kind, key, said.seconds)] = None
    return tuple(found)


def _each_once(own: _Who, givers: tuple[str, ...]) -> tuple[_Who, ...]:
    return (own, *((giver, None) for giver in dict.fromkeys(givers) if giver != own[0]))


def _times(home: Home, request: Request, rule: Rule, who: _Who, at: Instant) -> int | None:
    agent, task = who
    said = rule.history
    here = said.same == CONVERSATION
    keys = asked_under(agent, task) if here else _keys(home, rule, request, agent)
    conversation = "" if task is None else conversation_of(task)
    asked = Asked(rule.id, said.kind, keys, said.seconds, conversation)
    return home.state.part(Happenings).times(asked, at) if keys else None


def _worst(rule: Rule, times: Iterable[int | None]) -> bool | int | None:
    """Return the most that is known of anyone; None where it is not known of one."""
    most = 0
    for one in times:
        if one is None:
            return None
        most = max(most, one)
    return most if rule.history.kind is Happened.COUNT else most > 0


def _task(home: Home, request: Request, at: Instant) -> str | None:
    mandate = named_mandate(home, request.call, at)
    return None if mandate is None else mandate.id


def _keys(home: Home, rule: Rule, request: Request, agent: str) -> tuple[str, ...]:
    """Return what two actions must have in common; values only keyed with the home's secret."""
    call, same = request.call, rule.history.same
    if same == AGENT:
        return (f"agent {agent}",)
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
