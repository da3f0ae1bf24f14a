"""Agents and their authority: who granted what, within which limits, and how much is used."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.views.authority import Bar, bars_of
from watchkeeper.console.views.review.escalation import Before, before
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.records.plan.bounds import SharedBudget
from watchkeeper.records.plan.grants import Band, Grant
from watchkeeper.records.plan.systems import Agent


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on an argument: alone up to `alone`, with a person's word up to `review`."""

    argument: str
    least: str
    alone: str
    review: str | None


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant: by whom, under which control, for which actions, until when."""

    id: str
    granted_by: str
    name: str
    control: str
    actions: tuple[str, ...]
    until: str | None
    limits: tuple[Limit, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class SharedSeen:
    """A budget that an agent shares with `others`: by whom, under which control, for what."""

    id: str
    granted_by: str
    name: str
    control: str
    others: tuple[str, ...]
    actions: tuple[str, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class AgentSeen:
    """An agent of the plan. `stopped` names the stop that takes hold of all it does, if any."""

    id: str
    system: str
    system_title: str
    in_scope: bool
    model: str
    version: str
    tokens: int
    waiting: int
    stopped: str | None
    grants: tuple[Granted, ...]
    shared: tuple[SharedSeen, ...]
    lately: tuple[Before, ...]


@dataclass(frozen=True, slots=True)
class Agents:
    """Every agent of the plan in force."""

    agents: tuple[AgentSeen, ...]


async def agents(visit: Visit) -> Agents | Missing:
    """Return every agent of the plan in force."""
    return Agents(tuple(_agent(visit, agent) for agent in visit.plan.agents))


async def agent(visit: Visit) -> AgentSeen | Missing:
    """Return one agent of the plan in force."""
    found = visit.home.enforcer.agent(visit.params["agent"])
    if found is None:
        return Missing("no agent of this name is in the plan in force")
    return _agent(visit, found)


def _agent(visit: Visit, agent: Agent) -> AgentSeen:
    state = visit.home.state
    system = visit.home.enforcer.system_of(agent.id)
    bars = bars_of(visit, agent.id)
    scope = state.stopped(agent.id, agent.system, "")
    return AgentSeen(
        id=agent.id,
        system=agent.system,
        system_title=system.title if system is not None else "",
        in_scope=system is not None and system.in_scope,
        model=agent.model,
        version=agent.version,
        tokens=sum(1 for token in state.tokens.values() if token.agent == agent.id),
        waiting=state.pending.count_of(agent.id),
        stopped=None if scope is None else f"{scope.kind.value} {scope.name}".strip(),
        grants=tuple(
            _granted(visit, grant, bars) for grant in visit.plan.grants if grant.agent == agent.id
        ),
        shared=tuple(
            _shared(visit, budget, agent.id, bars)
            for budget in visit.plan.shared_budgets
            if agent.id in budget.agents
        ),
        lately=tuple(before(done) for done in visit.inbox.past.lately(agent.id)),
    )


def _granted(visit: Visit, grant: Grant, bars: tuple[Bar, ...]) -> Granted:
    return Granted(
        id=grant.id,
        granted_by=grant.granted_by,
        name=visit.name_of(grant.granted_by),
        control=grant.control,
        actions=grant.actions,
        until=grant.valid_until,
        limits=tuple(_limit(band) for band in grant.bands),
        bars=tuple(bar for bar in bars if bar.grant == grant.id),
    )


def _shared(visit: Visit, budget: SharedBudget, agent: str, bars: tuple[Bar, ...]) -> SharedSeen:
    return SharedSeen(
        id=budget.id,
        granted_by=budget.granted_by,
        name=visit.name_of(budget.granted_by),
        control=budget.control,
        others=tuple(other for other in budget.agents if other != agent),
        actions=budget.actions,
        bars=tuple(bar for bar in bars if bar.grant == budget.name),
    )


def _limit(band: Band) -> Limit:
    return Limit(band.argument, band.least, band.alone, band.review)
