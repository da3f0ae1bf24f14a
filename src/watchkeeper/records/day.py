"""Days as limits: a day is good until its end, in UTC."""

from __future__ import annotations

from datetime import date

from watchkeeper.records.instant import Instant

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400_000_000
_LAST = Instant((date.max.toordinal() + 1 - _EPOCH) * _DAY - 1)
"""The last moment that can be written."""

YEAR = 365 * 86_400
"""A year, in seconds: a span of so many days."""


def after_day(day: str) -> Instant:
    """Return the first moment after a day (`YYYY-MM-DD`): from then on, it has passed.

    Of the last day of the year 9999 it is the last moment that can be written.
    """
    return min(Instant((date.fromisoformat(day).toordinal() + 1 - _EPOCH) * _DAY), _LAST)


def after(day: str | None) -> Instant | None:
    """Return `after_day` of a day; None for none: what has no last day never passes."""
    return None if day is None else after_day(day)


def beginning(day: str) -> Instant:
    """Return the first moment of a day (`YYYY-MM-DD`): from then on, it is no longer ahead."""
    return Instant((date.fromisoformat(day).toordinal() - _EPOCH) * _DAY)


def day_of(at: Instant) -> str:
    """Return the day, in UTC, that a moment is in."""
    return date.fromordinal(at // _DAY + _EPOCH).isoformat()


def has_passed(day: str, at: Instant) -> bool:
    """Tell whether a day is over at a moment."""
    return at >= after_day(day)
