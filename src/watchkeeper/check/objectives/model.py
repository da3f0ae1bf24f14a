"""What measuring an objective gives: a value, or why there is none."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.objectives import Objective
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref

SECOND = 1_000_000


class Unit(enum.StrEnum):
    """What a value is: a share up to 1, a number of things, or microseconds."""

    SHARE = "share"
    COUNT = "count"
    DURATION = "duration"


class Verdict(enum.StrEnum):
    """How an objective stands."""

    MET = "met"
    MISSED = "missed"

    TOO_FEW = "too-few"
    """There was less to measure than the objective asks for: no value, which is never met."""

    NOT_MEASURABLE = "not-measurable"
    """What the plan asks for is no query that can be made."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One objective over its window, `start` not included, `end` included.

    `number` of `of` spoke for it; of a count, `number` were found while `of` decisions were made;
    of a time, `number` were within the target. `value` is exact: a share, a count, or microseconds;
    None where there is none, and `beyond` tells that it is a time longer than any that was
    measured. Left out are `other_stage` events that count for another stage than the system's now,
    and `undecided` ones of which it can not be told. `stage` is the least real of its systems.
    `last` is the newest record that counts, `last_against` the newest that counts against it.
    """

    objective: Objective
    verdict: Verdict
    unit: Unit
    start: Instant
    end: Instant
    stage: Stage
    number: int = 0
    of: int = 0
    value: Fraction | None = None
    beyond: bool = False
    other_stage: int = 0
    undecided: int = 0
    last: Ref | None = None
    last_against: Ref | None = None
    why: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is reached, on enough that was measured."""
        return self.verdict is Verdict.MET

    @property
    def wrong(self) -> bool:
        """Whether this alone makes the check end with 1: it is missed, or asks for nonsense."""
        return self.verdict in {Verdict.MISSED, Verdict.NOT_MEASURABLE}

    def json(self) -> dict[str, Any]:
        """Render as a JSON object; durations in seconds, shares as decimals, as text."""
        made = self.objective
        return {
            "objective": made.id,
            "says": made.says,
            "owner": made.owner,
            "systems": list(made.systems),
            "controls": list(made.controls),
            "risks": list(made.risks),
            "verdict": self.verdict.value,
            "met": self.met,
            "unit": self.unit.value,
            "value": self.text(),
            "beyond": self.beyond,
            "number": self.number,
            "of": self.of,
            "least": made.least,
            "atLeast": made.target.at_least,
            "atMost": made.target.at_most,
            "after": str(self.start),
            "until": str(self.end),
            "stage": self.stage.value,
            "otherStage": self.other_stage,
            "undecided": self.undecided,
            "last": _place(self.last),
            "lastAgainst": _place(self.last_against),
            "why": self.why,
        }

    def text(self) -> str | None:
        """Render the value as a decimal that never looks better than it is; None without one.

        A share has six decimals at most, a duration, in seconds, too.
        """
        if self.value is None:
            return None
        exact = self.value / SECOND if self.unit is Unit.DURATION else self.value
        return decimal(exact, 6, up=self.objective.target.at_most is not None)


@dataclass(frozen=True, slots=True)
class Measurement:
    """All objectives of a plan, measured over the same records, at one moment.

    `plan` is the digest of the plan in force then, None where there is none. `planted`
    escalations and `unmatched` records are left out everywhere; `unrevealed` ones may count and
    be made up.
    """

    plan: str | None
    readable: bool
    at: Instant
    rows: tuple[Measured, ...] = ()
    planted: int = 0
    unmatched: int = 0
    unrevealed: int = 0
    records: int = 0
    last: Ref | None = None

    @property
    def wrong(self) -> tuple[Measured, ...]:
        """The rows that make the check end with exit code 1."""
        return tuple(row for row in self.rows if row.wrong)

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "plan": self.plan,
            "planReadable": self.readable,
            "at": str(self.at),
            "records": self.records,
            "last": _place(self.last),
            "objectives": [row.json() for row in self.rows],
            "planted": self.planted,
            "plantedNotRevealed": self.unrevealed,
            "unmatched": self.unmatched,
        }


def decimal(value: Fraction, digits: int, *, up: bool) -> str:
    """Render a fraction, not below zero, with at most so many decimals, rounded down or up."""
    scaled = value * 10**digits
    whole = -(-scaled.numerator // scaled.denominator) if up else int(scaled)
    text = f"{whole:0{digits + 1}d}"
    return f"{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")


def _place(ref: Ref | None) -> dict[str, int] | None:
    return None if ref is None else {"shard": ref.shard, "index": ref.index}
