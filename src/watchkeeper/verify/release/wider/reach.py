"""What systems reach: servers, tools, and agents that are theirs."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import cut
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.tools import Level, Tool
from watchkeeper.verify.release.wider.said import Wider, by_id

_LEVELS = (Level.DURABLE, Level.PUBLISHED, Level.WITNESSED)


def wider_reach(before: Bundle, after: Bundle) -> Iterator[Wider]:
    """Yield systems and agents that reach more, and tools that are new or are not what they were.

    A system that is new counts for nothing by itself: its agents do.
    """
    old = by_id(before.systems)
    for id_, system in by_id(after.systems).items():
        was = old.get(id_)
        if was and (set(system.servers) - set(was.servers) or system.in_scope != was.in_scope):
            words = f"the system {cut(id_)} reaches other servers, or is in scope otherwise"
            yield Wider(words, frozenset({id_}))
    agents = by_id(before.agents)
    for id_, agent in by_id(after.agents).items():
        known = agents.get(id_)
        if known is None or known.system != agent.system:
            systems = frozenset(one.system for one in (known, agent) if one)
            yield Wider(f"the agent {cut(id_)} is new, or of another system", systems)
    yield from _tools(before, after)


def _tools(before: Bundle, after: Bundle) -> Iterator[Wider]:
    old = _by_name(before)
    for (server, name), tool in _by_name(after).items():
        was = old.get((server, name))
        words = "is new" if was is None else _other(was, tool)
        if words:
            plans = (after,) if was is None else (before, after)
            using = {one.id for plan in plans for one in plan.systems if server in one.servers}
            yield Wider(f"the tool {cut(f'{server}/{name}')} {words}", frozenset(using))


def _by_name(plan: Bundle) -> dict[tuple[str, str], Tool]:
    return {(server.id, tool.name): tool for server in plan.servers for tool in server.tools}


def _other(old: Tool, new: Tool) -> str | None:
    tests = {
        "is another one": old.pin != new.pin,
        "is taken for a read": old.writes and not new.writes,
        "needs less before it is released": _LEVELS.index(new.level) < _LEVELS.index(old.level),
        "reads fewer facts": bool({f.name for f in old.facts} - {f.name for f in new.facts}),
    }
    return next((words for words, so in tests.items() if so), None)
