"""What the home itself knows of an action at the moment of its decision, gathered in one place."""

from __future__ import annotations

from watchkeeper.do.decision.facts import FactRead, Facts, claims_match, recordable
from watchkeeper.loop.cover import level_of
from watchkeeper.loop.facts_of.history import history_of
from watchkeeper.loop.facts_of.lent import lent_facts
from watchkeeper.loop.facts_of.management import aims_of
from watchkeeper.loop.facts_of.standing import standing_facts
from watchkeeper.loop.facts_of.tasks import mandate_fact
from watchkeeper.loop.home import Home
from watchkeeper.loop.permits import enforced_at
from watchkeeper.loop.recall import refused_by_key
from watchkeeper.loop.returning import refused_by_approval, waiting_of
from watchkeeper.loop.steps import Admitted
from watchkeeper.records.action import Point, Reason
from watchkeeper.records.instant import Instant


def facts_of(home: Home, point: Point, admitted: Admitted, reads: tuple[FactRead, ...]) -> Facts:
    """Return what the decision on an admitted request would look at now."""
    call = admitted.request.call
    at = home.now()
    enforcer, state = home.enforcer, home.state
    agent = enforcer.agent(call.agent)
    system = enforcer.system_of(call.agent)
    refused, why = refused_now(home, admitted, at)
    limits = enforcer.bundle.limits
    lent = lent_facts(home, admitted.request, at)
    return Facts(
        at=at,
        stage=system.stage if system else enforcer.bundle.stage,
        point=enforced_at(point, enforcer.bundle, call.server),
        pin=home.pins.get((call.server, call.tool)),
        refused=refused,
        refused_why=why,
        claims_match=agent is None or claims_match(agent, call.claimed),
        pending_full=waiting_of(state, call.agent) >= limits.pending_per_agent,
        read=tuple(recordable(read) for read in reads),
        budgets=home.budget_facts(call.agent, admitted.request.action, at),
        approval=admitted.pending.approval() if admitted.pending else None,
        shared=home.shared_facts(call.agent, admitted.request.action, at),
        mandate=mandate_fact(home, admitted.request, at),
        history=history_of(home, admitted.request, at, lent),
        standing=standing_facts(home, admitted, at),
        lent=lent,
        aims=aims_of(home, system.id if system else "", at),
    )


def refused_now(home: Home, admitted: Admitted, at: Instant) -> tuple[Reason | None, str]:
    """Return the reason that the home's own state gives against any action."""
    request, state = admitted.request, home.state
    unsure = home.clock_unsure()
    if unsure:
        return Reason.CLOCK_UNSURE, unsure
    if home.short_of_room():
        return Reason.LOG_UNAVAILABLE, "the disk is nearly full"
    system = home.enforcer.system_of(request.call.agent)
    stop = state.stopped(request.call.agent, system.id if system else "", request.action)
    if stop is not None:
        return Reason.STOPPED, f"a stop is in force for {stop.kind.value} {stop.name}".strip()
    if request.action_id in state.open:
        return Reason.EFFECT_UNKNOWN, "this very action was allowed already"
    unapproved = refused_by_approval(state, admitted.pending, at)
    if unapproved is not None:
        return unapproved, "the approval does not hold"
    entry = home.enforcer.tool(request.call.server, request.call.tool)
    uncovered = home.log.uncoverable(level_of(entry))
    by_key = refused_by_key(state, request, admitted.keys, at)
    return by_key if uncovered is None else (Reason.NOT_WITNESSED, uncovered)
