"""Counts for one objective: integers and fractions, no rounding."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from watchkeeper.check.objectives.event import Event
from watchkeeper.records.instant import Instant
from watchkeeper.records.objective_grammar import fraction
from watchkeeper.records.plan.management.objectives import (
    Counted,
    Objective,
    Quantile,
    QuantileOf,
    Share,
    ShareOf,
)
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref

_PLACE = frozenset({"system", "agent", "tool", "stage"})
_SECOND = 1_000_000
_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Window:
    """The time that counts: after `start`, up to and including `end`."""

    start: Instant
    end: Instant

    def holds(self, at: int) -> bool:
        """Tell whether a moment belongs to it; of windows side by side, to exactly one."""
        return self.start < at <= self.end


@dataclass(slots=True)
class Count:
    """How many spoke for it, of how many; what was left out, and why.

    `other_stage` were made in another stage than the system's, `undecided` can not be told yet or
    any more. `last` is the newest record that counts, `last_against` the newest that counts
    against it.
    """

    number: int = 0
    of: int = 0
    other_stage: int = 0
    undecided: int = 0
    last: Ref | None = None
    last_against: Ref | None = None


class Tally:
    """Takes up events in any order.

    `stage_of` gives the stage that counts for a system; `words_per_minute` is how fast a text can
    be read.
    """

    def __init__(
        self,
        objective: Objective,
        end: Instant,
        stage_of: Callable[[str], Stage],
        words_per_minute: int,
    ) -> None:
        self.window = Window(Instant(end - objective.window_seconds * _SECOND), end)
        self.count = Count()
        self._stage_of, self._pace = stage_of, words_per_minute
        measure = objective.measure
        self._of, self._share, self._quantile = measure.of, measure.share, measure.quantile
        where = {name: frozenset(values) for name, values in measure.where.items()}
        if objective.systems and "system" not in where:
            where["system"] = frozenset(objective.systems)
        self._staged = "stage" in where
        self._where = tuple(where.items())
        self._place = tuple((name, values) for name, values in self._where if name in _PLACE)
        self._limit = _limit(objective)
        self._most = objective.target.at_most is not None
        self._took = array("q")
        self._texts: list[tuple[Event, int]] = []
        counts = self._share is None and self._quantile is None
        self.kinds = frozenset({measure.of, Counted.DECISIONS} if counts else {measure.of})
        """The kinds of events that it looks at: no other has to be given to it."""

    def take(self, event: Event) -> None:
        """Count an event, if it is one of those that are measured."""
        counts = self._share is None and self._quantile is None
        if counts and event.of is Counted.DECISIONS and self._is_meant(event, self._place):
            self.count.of += event.weight
            self._note(event)
        if event.of is not self._of or not self._is_meant(event, self._where, note=True):
            return
        if counts:
            self.count.number += event.weight
            self._note(event)
            if self._most:
                self.count.last_against = _newest(self.count.last_against, event.ref)
        elif self._share is not None:
            self._take_share(event, self._share)
        elif self._quantile is not None:
            self._take_time(event, self._quantile)

    def finish(self) -> None:
        """Settle what could only be told at the end: what was read as one text."""
        for event, weight in self._texts:
            text = event.text
            if text is None:
                self.count.undecided += weight
            else:
                self._add(event, counts=text.millis * self._pace < text.words * _MINUTE)
        self._texts.clear()

    def quantile(self) -> int | None:
        """Return the time that so large a part did not pass, in microseconds (nearest rank).

        None where that part was not decided at all.
        """
        at = fraction(self._quantile.at) if self._quantile is not None else None
        if at is None or not self.count.of:
            return None
        rank = max(1, math.ceil(at * self.count.of))
        return None if rank > len(self._took) else sorted(self._took)[rank - 1]

    def share(self) -> Fraction | None:
        """Return the share, exactly; None of nothing."""
        return Fraction(self.count.number, self.count.of) if self.count.of else None

    def _is_meant(
        self, event: Event, where: tuple[tuple[str, frozenset[str]], ...], *, note: bool = False
    ) -> bool:
        if not self.window.holds(event.at):
            return False
        if not all(event.seen.has(name, values) for name, values in where):
            return False
        if self._staged or event.seen.stage is self._stage_of(event.seen.system):
            return True
        self.count.other_stage += event.weight * note
        return False

    def _take_share(self, event: Event, share: Share) -> None:
        if share.by is ShareOf.TOO_FAST:
            self._texts.append((event, event.weight))
        elif share.by is ShareOf.DECIDED_WITHIN:
            self._within(event, (share.seconds or 0) * _SECOND)
        elif share.by is ShareOf.CAUGHT and event.caught is None:
            self.count.undecided += event.weight
        else:
            self._add(event, counts=_has(event, share))

    def _within(self, event: Event, limit: int) -> None:
        """Count an escalation: what could be answered for longer than the limit, and was not."""
        if event.after is not None:
            self._add(event, counts=event.after <= limit)
        elif event.waited is None or event.waited > limit:
            self._add(event, counts=False)
        else:
            self.count.undecided += event.weight

    def _take_time(self, event: Event, quantile: Quantile) -> None:
        time = event.after if quantile.of is QuantileOf.DECIDED_AFTER else event.took
        if time is not None:
            self._took.append(time)
            self._add(event, counts=self._limit is None or time <= self._limit)
        elif event.of is Counted.ESCALATIONS and self._is_late(event):
            self._add(event, counts=False)  # it took longer than any time that was measured
        else:
            self.count.undecided += event.weight

    def _is_late(self, event: Event) -> bool:
        """Tell of what nobody decided whether it took longer than was aimed at, for sure."""
        if event.waited is None:
            return True
        return self._limit is not None and event.waited > self._limit

    def _add(self, event: Event, *, counts: bool) -> None:
        self.count.of += event.weight
        self.count.number += event.weight * counts
        self._note(event)
        if not counts:
            self.count.last_against = _newest(self.count.last_against, event.ref)

    def _note(self, event: Event) -> None:
        self.count.last = _newest(self.count.last, event.ref)


def _newest(known: Ref | None, ref: Ref) -> Ref:
    return ref if known is None or ref > known else known


def _has(event: Event, share: Share) -> bool:
    """Tell whether an event is one of those of which the share is taken."""
    wanted = frozenset(share.values)
    if share.by is ShareOf.CAUGHT:
        return bool(event.caught)
    if event.said:
        return event.said in wanted
    return event.seen.has(share.by.value, wanted)


def _limit(objective: Objective) -> int | None:
    """Return the longest time that is aimed at, in microseconds."""
    most = objective.target.at_most
    if objective.measure.quantile is None or most is None:
        return None
    found = fraction(most)
    return None if found is None else int(found * _SECOND)
