"""Watchkeeper: an AI management system that is enforced where agents act.

`watchkeeper.guard` guards a Python function; everything else is the command `watchkeeper`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchkeeper.enforcement.guard import Guard, guard
    from watchkeeper.errors import ActionBlocked, ActionEscalated, ActionRefused

__all__ = ["ActionBlocked", "ActionEscalated", "ActionRefused", "Guard", "guard"]


def __getattr__(name: str) -> Any:
    # Found when asked for, so that `watchkeeper.verify` alone needs none of the rest.
    if name in {"Guard", "guard"}:
        from watchkeeper.enforcement import guard as door

        return getattr(door, name)
    if name in __all__:
        from watchkeeper import errors

        return getattr(errors, name)
    raise AttributeError(f"module 'watchkeeper' has no attribute {name!r}")
