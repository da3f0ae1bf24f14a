"""Decisions over time, in buckets that widen by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.action import Outcome
from watchkeeper.records.instant import Instant

MOST_BUCKETS = 96
_SECOND = 1_000_000
_WIDTHS = (1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 604_800, 2_419_200)
"""Seconds; each divides the next, so that buckets can be folded without looking back."""

_COLUMN = {Outcome.ALLOW: 0, Outcome.BLOCK: 1, Outcome.ESCALATE: 2}


@dataclass(frozen=True, slots=True)
class Bucket:
    """The decisions of `[start, start + width)`, by outcome."""

    start: Instant
    allowed: int
    blocked: int
    escalated: int

    @property
    def total(self) -> int:
        """All decisions of the bucket."""
        return self.allowed + self.blocked + self.escalated


@dataclass(frozen=True, slots=True)
class Timeline:
    """Buckets of `seconds` each, in order, gaps left out; never more than `MOST_BUCKETS`."""

    seconds: int
    buckets: tuple[Bucket, ...]


class TimelineCounter:
    """Counts decisions in the narrowest buckets that keep their span below `MOST_BUCKETS`.

    Memory is bounded, and the result does not depend on the order in which times arrive.
    """

    __slots__ = ("_counts", "_first", "_last", "_step", "_width")

    def __init__(self) -> None:
        self._counts: dict[int, list[int]] = {}
        self._step = 0
        self._width = _WIDTHS[0] * _SECOND
        self._first = 0
        self._last = -1

    def add(self, at: int, outcome: Outcome) -> None:
        """Count one decision made at `at` (microseconds since the epoch)."""
        bucket = at // self._width
        counts = self._counts.get(bucket)
        if counts is None:
            counts = self._open(at, bucket)
        counts[_COLUMN[outcome]] += 1

    def timeline(self) -> Timeline:
        """Return what was counted so far."""
        return Timeline(
            self._width // _SECOND,
            tuple(
                Bucket(Instant(bucket * self._width), *counts)
                for bucket, counts in sorted(self._counts.items())
            ),
        )

    def _open(self, at: int, bucket: int) -> list[int]:
        self._first = min(self._first, bucket) if self._counts else bucket
        self._last = max(self._last, bucket) if self._counts else bucket
        while self._last - self._first >= MOST_BUCKETS:
            self._widen()
        return self._counts.setdefault(at // self._width, [0, 0, 0])

    def _widen(self) -> None:
        before = self._width
        self._step += 1
        if self._step < len(_WIDTHS):
            self._width = _WIDTHS[self._step] * _SECOND
        else:
            self._width *= 2
        factor = self._width // before
        folded: dict[int, list[int]] = {}
        for bucket, counts in self._counts.items():
            into = folded.setdefault(bucket // factor, [0, 0, 0])
            for column, count in enumerate(counts):
                into[column] += count
        self._counts = folded
        self._first //= factor
        self._last //= factor
