"""What happened, as an objective looks at it: one thing that may count, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.objectives import Counted
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref


class Seen(NamedTuple):
    """What is known of the decision behind something; `tool` is `server/tool`.

    `stage` is what the record counts as: never more real than the plan that was in force then.
    """

    system: str
    agent: str
    tool: str
    outcome: str
    reasons: tuple[str, ...]
    policies: tuple[str, ...]
    controls: tuple[str, ...]
    roles: tuple[str, ...]
    stage: Stage

    def has(self, name: str, wanted: frozenset[str]) -> bool:
        """Tell whether what is called `name` in an objective is one of the wanted values."""
        value = getattr(self, _FIELDS[name])
        return not wanted.isdisjoint(value) if isinstance(value, tuple) else value in wanted


_FIELDS = {
    "system": "system",
    "agent": "agent",
    "tool": "tool",
    "outcome": "outcome",
    "reason": "reasons",
    "policy": "policies",
    "control": "controls",
    "role": "roles",
    "stage": "stage",
}


@dataclass(slots=True)
class Text:
    """What was read at once and decided by one signature: its words, the longest time taken.

    `known` tells that the words and the time are those that the home itself measured.
    """

    words: int = 0
    millis: int = 0
    known: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that may count, at the moment at which it belongs to a window.

    `said` is its status, answer, or what became of it. Of an escalation `after` is how long people
    took, in microseconds; where they did not, `waited` is how long it could have been answered,
    and None where it was for as long as it ever could. `took` is how long an effect was under way,
    or how long the home saw a reviewer look. `weight` counts refusals that stand in one record.
    """

    of: Counted
    at: Instant
    ref: Ref
    seen: Seen
    weight: int = 1
    said: str = ""
    after: int | None = None
    waited: int | None = None
    took: int | None = None
    text: Text | None = None
    caught: bool | None = None


@dataclass(slots=True)
class LeftOut:
    """What was read and does not count for any objective.

    `planted` escalations were made up; `unmatched` records are about a decision that stands in a
    shard that is not here; `unrevealed` commitments are open, so that what counts may be made up.
    """

    planted: int = 0
    unmatched: int = 0
    unrevealed: int = 0
