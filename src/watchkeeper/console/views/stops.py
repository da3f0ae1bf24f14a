"""Stops: what is stopped, since when and by whom, and what could be."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.visit import Missing, Visit
from watchkeeper.do.state.kept import sorted_stops
from watchkeeper.errors import LedgerError
from watchkeeper.ledger.beside import is_recorded
from watchkeeper.records.administration import ScopeKind, StopRecord, StopScope
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop in force; `why` is empty where no reason was given or it was erased.

    `at` of None: its record is in a shard that is not here.
    """

    scope: StopScope
    ref: Ref
    by: str
    name: str
    why: str
    at: Instant | None


@dataclass(frozen=True, slots=True)
class Stops:
    """The stops in force, and the scopes that a stop may have; `all` is always possible.

    `may_resume` tells whether the person who looks may lift one; anybody may stop.
    """

    stops: tuple[Stop, ...]
    agents: tuple[str, ...]
    systems: tuple[str, ...]
    tools: tuple[str, ...]
    may_resume: bool


async def stops(visit: Visit) -> Stops | Missing:
    """Return the stops in force."""
    state, plan = visit.home.state, visit.plan
    return Stops(
        stops=tuple(_stop(visit, scope, state.stops[scope]) for scope in sorted_stops(state)),
        agents=tuple(sorted(agent.id for agent in plan.agents)),
        systems=tuple(sorted(system.id for system in plan.systems if system.in_scope)),
        tools=tuple(
            sorted(f"{server.id}/{tool.name}" for server in plan.servers for tool in server.tools)
        ),
        may_resume=visit.may("operate"),
    )


def named(scope: StopScope) -> str:
    """Say what a stop takes hold of."""
    return "everything" if scope.kind is ScopeKind.ALL else f"{scope.kind.value} {scope.name}"


def _stop(visit: Visit, scope: StopScope, ref: Ref) -> Stop:
    try:
        entry = visit.home.log.entry(ref)
    except LedgerError:
        return Stop(scope, ref, "", "", "", None)
    said = entry.record.predicate
    if not isinstance(said, StopRecord):
        return Stop(scope, ref, "", "", "", None)
    return Stop(scope, ref, said.by, visit.name_of(said.by), _why(entry), said.at)


def _why(entry: Entry) -> str:
    body = entry.payload.body if entry.payload else {}
    return body["reason"] if is_recorded(entry.record.predicate.why, body, "reason") else ""
