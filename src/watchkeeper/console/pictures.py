"""Where what is drawn stands, in whole units of its picture; the templates draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.check.oversight import Rate, Week

HEIGHT = 120
SLOT = 40


@dataclass(frozen=True, slots=True)
class Column:
    """One week: heights of what was approved and refused, one on the other, and of `fast` ones."""

    week: Week
    x: int
    approved: int
    refused: int
    fast: int


def columns(weeks: Sequence[Week]) -> tuple[Column, ...]:
    """Return the columns of the newest weeks, the tallest one as high as the picture."""
    most = max((week.approved + week.refused for week in weeks), default=0) or 1

    def high(count: int) -> int:
        return -(-count * HEIGHT // most)

    return tuple(
        Column(week, n * SLOT, high(week.approved), high(week.refused), high(week.too_fast))
        for n, week in enumerate(weeks)
    )


@dataclass(frozen=True, slots=True)
class Whisker:
    """A rate on a line of 1,000: where it is, and from where to where its interval goes."""

    low: int
    at: int
    high: int


def whisker(rate: Rate) -> Whisker | None:
    """Return a rate as it is drawn; None where there are too few for one."""
    if rate.share is None or rate.low is None or rate.high is None:
        return None
    return Whisker(rate.low, rate.share, rate.high)
