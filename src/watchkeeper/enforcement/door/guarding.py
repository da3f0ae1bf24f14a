"""Guarded calls, wherever they are decided: their enforcement point, and how they end."""

from __future__ import annotations

from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Boundary, Point, Status

POINT = Point("guard", Boundary.IN_PROCESS)


def kept_result(result: Any) -> dict[str, Any]:
    """Return what is kept of what a function returned: the value where JSON has it."""
    try:
        canonical_arguments(result)
    except RecordInvalid:
        return {"type": type(result).__qualname__}
    return {"value": result}


def may_be_cancelled(allowed: Allowed) -> bool:
    """Tell whether a call may be broken off without leaving something half done."""
    entry = allowed.decided.entry
    return entry is None or not entry.tool.writes or bool(entry.tool.cancel)


def status_of_raised(allowed: Allowed, *, cancelled: bool) -> Status | None:
    """Return how a call ended whose function raised; None where it may have done its work.

    One that was cancelled has ended like any other where the tool file says that it may be.
    """
    entry = allowed.decided.entry
    if cancelled and not may_be_cancelled(allowed):
        return None
    if entry is not None and entry.tool.writes and not entry.tool.error_means_no_effect:
        return None
    return Status.FAILED
