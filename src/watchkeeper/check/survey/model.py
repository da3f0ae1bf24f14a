"""What a log says, counted: the shapes of its decisions, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.check.lent_word import LentWord
from watchkeeper.check.oversight.reading import Reviews
from watchkeeper.check.timeline import Timeline
from watchkeeper.records.action import Boundary, Decision, Outcome, Reason
from watchkeeper.records.administration import GenesisRecord, StopScope
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref


class Shape(NamedTuple):
    """All that decisions of one sort have in common.

    `action` is `server/tool`, or empty where the name was not one of the plan's; `system` is
    empty where the action was refused before its system was known. `would` is what an observed
    policy would have decided.
    """

    plan: str
    system: str
    action: str
    stage: Stage
    point: str
    boundary: Boundary
    outcome: Outcome
    reasons: tuple[Reason, ...]
    policies: tuple[str, ...]
    controls: tuple[str, ...]
    errors: tuple[str, ...]
    would: Decision | None


@dataclass(frozen=True, slots=True)
class Seen:
    """How many decisions had a shape, when the first and the last were made, and which that is."""

    count: int
    first: Instant
    last: Instant
    last_ref: Ref


@dataclass(frozen=True, slots=True)
class Released:
    """A plan release, as its record tells it.

    Where that stands in a shard that is not here, `ref` and `at` are those of the first record of
    the shard that took the plan over.
    """

    ref: Ref
    at: Instant
    plan: str
    by: str
    weakenings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenAction:
    """An action that was allowed and of which no effect is recorded: its end is unknown."""

    action_id: str
    decision: Ref
    at: Instant
    agent: str
    system: str
    action: str


@dataclass(frozen=True, slots=True)
class Effects:
    """How released actions ended; `resolved` of them were unknown and settled afterwards."""

    succeeded: int = 0
    failed: int = 0
    resolved: int = 0
    unmatched: int = 0


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one person answered in one role, and the least time taken, in milliseconds."""

    reviewer: str
    role: str
    approved: int
    refused: int
    quickest_millis: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a whole log says, counted.

    `grantors` counts the decisions that each grantor answers for; `voided` the pending actions
    that ended without release, by reason; `left_out` the refusals that were counted and not
    recorded one by one; `kinds` all records by kind. Escalations that were revealed as planted are
    counted in `reviews` alone; of `reviews.open` nobody can tell yet which they are.
    """

    genesis: GenesisRecord | None
    releases: tuple[Released, ...]
    shapes: Mapping[Shape, Seen]
    timeline: Timeline
    effects: Effects
    unknown: tuple[OpenAction, ...]
    verdicts: tuple[Verdicts, ...]
    lent: tuple[LentWord, ...]
    reviews: Reviews
    grantors: Mapping[str, int]
    voided: Mapping[str, int]
    left_out: Mapping[str, int]
    stops: tuple[StopScope, ...]
    kinds: Mapping[str, int]
    first: Instant | None
    last: Instant | None

    @property
    def records(self) -> int:
        """How many records were read."""
        return sum(self.kinds.values())

    @property
    def in_force(self) -> Released | None:
        """The newest plan release, which is the plan in force."""
        return max(self.releases, key=lambda release: release.ref, default=None)

    def outcomes(self) -> dict[Outcome, int]:
        """Count the decisions by outcome."""
        counts = dict.fromkeys(Outcome, 0)
        for shape, seen in self.shapes.items():
            counts[shape.outcome] += seen.count
        return counts
