"""Actions that were allowed and of which nobody knows what came."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.views.review.waiting import Value, in_order
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.do.state.actions import OpenAction
from watchkeeper.errors import LedgerError
from watchkeeper.loop.settle import settles_from
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

PAGE = 50


@dataclass(frozen=True, slots=True)
class Unknown:
    """An action whose effect is not known.

    `readable` tells whether the plan declares a read of the system of record that settles it.
    Before `settles` its call may still be under way, and nothing can be concluded.
    """

    action_id: str
    decision: Ref
    agent: str
    tool: str
    writes: bool
    at: Instant
    arguments: tuple[Value, ...]
    readable: bool
    settles: Instant


@dataclass(frozen=True, slots=True)
class Unknowns:
    """The first fifty actions without a known effect, the oldest first, of `total`."""

    total: int
    items: tuple[Unknown, ...]
    may_resolve: bool


async def unknown(visit: Visit) -> Unknowns | Missing:
    """Return what has no known effect."""
    found = visit.home.state.unknown()
    items = tuple(_unknown(visit, action) for action in found[:PAGE])
    return Unknowns(len(found), items, visit.may("operate"))


def _unknown(visit: Visit, action: OpenAction) -> Unknown:
    entry = visit.home.enforcer.tool(action.server, action.tool)
    tool = entry.tool if entry is not None else None
    return Unknown(
        action_id=action.action_id,
        decision=action.decision,
        agent=action.agent,
        tool=f"{action.server}/{action.tool}",
        writes=action.writes,
        at=action.at,
        arguments=in_order(_request(visit, action), tool)[:8] if visit.may("operate") else (),
        readable=tool is not None and tool.settle is not None,
        settles=settles_from(visit.home, action),
    )


def _request(visit: Visit, action: OpenAction) -> dict[str, object] | None:
    try:
        payload = visit.home.log.entry(action.decision).payload
    except LedgerError:
        return None
    found = payload.body.get("request") if payload is not None else None
    return found if isinstance(found, dict) else None
