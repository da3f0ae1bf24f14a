"""What makes an assessment stale that was good once: named triggers (ISO/IEC 42001:2023, 8.2, 8.4).

What may be done is compared as plans are, so that whatever is a weakening there, or may be one,
counts as wider authority here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watchkeeper.plan.basis.slice import Looked
from watchkeeper.plan.diff.changes import Change, PlanDiff, What
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Agent

NEW_TOOL, WIDER_AUTHORITY, NEW_USE = "new-tool", "wider-authority", "new-intended-use"
NEW_AGENT = "new-agent"
_OF_AGENT = {
    "changed-model": "model",
    "changed-prompt": "prompt_digest",
    "changed-version": "version",
}


def triggers(then: Looked, now: Looked) -> tuple[str, ...]:
    """Return which triggers fire between what was looked at and what is there now, sorted."""
    found = {
        *_tools(then.plan, now.plan),
        *_agents(then.plan, now.plan),
        *_uses(then.intended_use, now.intended_use),
        *_authority(then.plan, now.plan),
    }
    return tuple(sorted(found))


def _tools(then: Bundle, now: Bundle) -> Iterator[str]:
    if _pins(now) - _pins(then) or _servers(now) - _servers(then):
        yield NEW_TOOL


def _pins(plan: Bundle) -> set[tuple[str, str, str]]:
    return {(server.id, tool.name, tool.pin) for server in plan.servers for tool in server.tools}


def _servers(plan: Bundle) -> set[str]:
    return {server.id for server in plan.servers}


def _agents(then: Bundle, now: Bundle) -> Iterator[str]:
    before: dict[str, Agent] = {agent.id: agent for agent in then.agents}
    for agent in now.agents:
        if agent.id not in before:
            yield NEW_AGENT
            continue
        for trigger, name in _OF_AGENT.items():
            if getattr(agent, name) != getattr(before[agent.id], name):
                yield trigger


def _uses(then: Iterable[str], now: Iterable[str]) -> Iterator[str]:
    """In any order, with any white space: only what is said anew counts."""
    if {_plain(use) for use in now} - {_plain(use) for use in then}:
        yield NEW_USE


def _plain(text: str) -> str:
    return " ".join(text.split())


def _authority(then: Bundle, now: Bundle) -> Iterator[str]:
    diff = diff_bundles(then, now)
    named = _new_tools(then, now)
    if any(_is_weaker(diff, change) and not _said(change, named) for change in diff.changes):
        yield WIDER_AUTHORITY


def _new_tools(then: Bundle, now: Bundle) -> set[str]:
    return {f"{server}/{tool}" for server, tool, _ in _pins(now) - _pins(then)}


def _is_weaker(diff: PlanDiff, change: Change) -> bool:
    name = f"{change.kind} `{change.id}`"
    said = {
        What.CAME: f"{name} is new",
        What.WENT: f"{name} is gone",
        What.CHANGED: f"{name}: {change.words}",
    }
    return said[change.what] in diff.weakenings


def _said(change: Change, new_tools: set[str]) -> bool:
    """Tell whether another trigger says it already: a tool, a server or an agent that is new."""
    if change.kind == "agent":
        return True
    if change.kind == "tool":
        return change.id in new_tools
    return change.kind == "system" and change.words.startswith("uses ")
