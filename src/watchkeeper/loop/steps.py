"""What the kernel answers to an enforcement point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.decision.decide import Decided
from watchkeeper.do.decision.known import Known
from watchkeeper.do.decision.request import Request
from watchkeeper.do.state.pending import Pending
from watchkeeper.ports import Ticket
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.tools import FactSource, Level


@dataclass(frozen=True, slots=True)
class FactQuery:
    """A read that the decision needs: ask `tool` of `server` with `arguments`."""

    source: FactSource
    server: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request on its way to a decision.

    `pending` is the approved action that it releases; `known` what the plan `plan` knows of it.
    """

    request: Request
    keys: tuple[Mapping[str, Any], ...]
    reads: tuple[FactQuery, ...]
    began: int
    pending: Pending | None = None
    known: Known | None = None
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Allowed: once `ticket` is durable and `may_release` agrees, call the tool with `sent`.

    `plan` is the digest of the plan that it was allowed by.
    """

    request: Request
    decided: Decided
    ticket: Ticket
    at: Instant
    plan: str

    @property
    def sent(self) -> bytes:
        """The canonical arguments: exactly what was decided and recorded."""
        return self.request.sent


@dataclass(frozen=True, slots=True)
class Cover:
    """What an allowed action of a tool above level `durable` waits for, and how long, in seconds.

    `reason` is what it is refused with if that does not come.
    """

    level: Level
    seconds: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """Not allowed. `ticket` is None where the refusal is counted or can not be recorded."""

    reason: Reason
    sentence: str
    decision_id: str
    ticket: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Escalated:
    """Waits for people. The agent gets `handle`; `ticket` is None where it waited before."""

    handle: str
    sentence: str
    decision_id: str
    expires: Instant
    ticket: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """The same action again: the outcome it had.

    `result` is None where it was not kept, or where it was `erased`.
    """

    status: Status
    result: Any
    decision_id: str
    erased: bool = False

    @property
    def sentence(self) -> str:
        """What the agent is told where there is no result to give."""
        if self.status is Status.FAILED:
            return "This action was tried before and was not carried out."
        why = "was erased" if self.erased else "is not kept"
        return f"This action was carried out before; its result {why}."


Answer = Allowed | Refused | Escalated | Stored
