"""Where a guarded call is decided and recorded: a home of its own, or a gateway's.

The steps of one call, whoever keeps the records: `ask` (or `take_up` what was approved), `read`
what is needed, leave to call the function, and then one word on how that ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from watchkeeper.enforcement.guard.functions import GuardedFunction
from watchkeeper.errors import ActionRefused
from watchkeeper.loop.steps import Escalated, Refused, Stored
from watchkeeper.records.action import Reason

Functions = Mapping[str, GuardedFunction]
Told = Refused | Escalated | Stored
"""An answer that lets nothing be called."""


@dataclass(frozen=True, slots=True)
class Query:
    """A fact that is needed: what the guarded function `tool` returns; `failed` is why none is."""

    tool: str
    arguments: Mapping[str, Any]
    seconds: float
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a query: what the function returned, or why nothing."""

    content: Any = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """The decision needs facts; `held` is what the desk knows of the call."""

    queries: tuple[Query, ...]
    held: Any


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave to call a function once, with exactly these arguments; the record is durable."""

    tool: str
    arguments: Mapping[str, Any]
    action_id: str
    held: Any


Step = Need | Leave | Told


class Desk(Protocol):
    """Decides and records for one agent at one server's functions. Methods may block."""

    def ask(self, tool: str, arguments: Mapping[str, Any], key: str | None) -> Step:
        """Ask for one call."""
        ...

    def take_up(self, handle: str) -> Step:
        """Ask for an action that was approved."""
        ...

    def read(self, need: Need, found: tuple[Found, ...]) -> Step:
        """Go on with what was found, in the order of the queries."""
        ...

    def returned(self, leave: Leave, result: Any) -> None:
        """Record that the function returned.

        Raises:
            ActionRefused: it could not be recorded, so nobody may be told of the result.
        """
        ...

    def raised(self, leave: Leave, *, cancelled: bool = False) -> bool:
        """Record that the function raised, as far as anything follows from it.

        Returns whether it is on record that the call had no effect.
        """
        ...

    def watch(self, leave: Leave, stop: Callable[[bool], None]) -> None:
        """Have `stop(may_be_cancelled)` called, in any thread, once a stop takes hold."""
        ...

    def stopped(self, leave: Leave) -> bool:
        """Tell whether a stop took hold before the call began, and record that it did not."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


def unknown(leave: Leave) -> ActionRefused:
    """Return what is raised where nobody knows whether a call is on record."""
    sentence = "It is not known whether the action was recorded; do not repeat it."
    reason = Reason.EFFECT_UNKNOWN.value
    return ActionRefused(sentence, reason=reason, decision_id=leave.action_id)
