"""What an allowed action waits for above level `durable` (evidence format, 3)."""

from __future__ import annotations

from watchkeeper.do.decision.enforcer import ToolEntry
from watchkeeper.loop.home import Home
from watchkeeper.loop.steps import Allowed, Cover
from watchkeeper.records.action import Reason
from watchkeeper.records.plan.tools import Level


def level_of(entry: ToolEntry | None) -> Level:
    """Return what must hold of a record before its action is released."""
    return Level.DURABLE if entry is None else entry.tool.level


def cover_of(home: Home, allowed: Allowed) -> Cover | None:
    """Return what an allowed action waits for once its record is durable, None if nothing."""
    level = level_of(allowed.decided.entry)
    if level is Level.DURABLE:
        return None
    reason = Reason.NOT_PUBLISHED if level is Level.PUBLISHED else Reason.NOT_WITNESSED
    seconds = home.enforcer.bundle.limits.cover_wait_seconds
    return Cover(level, seconds, reason)
