"""What a person signs to decide: bodies of commands, filled from the home's own state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from watchkeeper.do.state.pending import Pending
from watchkeeper.ledger.binding import item_binding
from watchkeeper.records.instant import render_instant


def bound_values(pending: Pending) -> dict[str, Any]:
    """Return the seven values that a verdict on a pending action is bound to."""
    return {
        "request": pending.digest,
        "tool": pending.action,
        "pin": pending.pin,
        "agent": pending.agent,
        "plan": pending.plan,
        "shown": pending.shown,
        "expires": render_instant(pending.expires),
    }


def binding_of(pending: Pending, role: str) -> str:
    """Return what stands for a pending action in a list that decides many."""
    return item_binding({"handle": pending.handle, **bound_values(pending), "role": role})


def verdict_body(
    pending: Pending, role: str, reason: str | None = None, view: str | None = None
) -> dict[str, Any]:
    """Return the body of `approve` and `refuse`; `reason` and `view` are digests."""
    body = {"handle": pending.handle, **bound_values(pending), "role": role, "reason": reason}
    return body if view is None else {**body, "view": view}


def list_body(
    pendings: Sequence[Pending],
    role: str,
    reason: str | None = None,
    views: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the body of `approve-list` and `refuse-list`; `views` are digests by handle."""
    seen = views or {}
    items = [
        {
            "handle": pending.handle,
            "binding": binding_of(pending, role),
            "view": seen.get(pending.handle),
        }
        for pending in pendings
    ]
    return {"role": role, "reason": reason, "items": items}
