"""What the state holds of an action that was allowed, and of one that has ended."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class OpenAction:
    """An allowed action whose effect is not known yet; `stopped` is the first stop since then."""

    action_id: str
    decision: Ref
    digest: str
    agent: str
    system: str
    server: str
    tool: str
    writes: bool
    at: Instant
    keys: tuple[str, ...]
    stopped: Ref | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """An action whose erasure waited for its effect, which is known now."""

    erasure: Ref
    decision: Ref
    effect: Ref
