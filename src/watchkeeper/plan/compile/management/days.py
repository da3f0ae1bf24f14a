"""From a day to the moments at which it begins and from which it has passed (decision 0191)."""

from __future__ import annotations

from watchkeeper.records.instant import Instant, parse_instant

_DAY = 86_400
_LAST = parse_instant("9999-12-31T23:59:59.999999Z")


def after(day: str | None) -> Instant | None:
    """Return the moment from which a day counts as passed: 00:00 UTC of the next; None for none.

    A day is inclusive, so that what is good until the 30th is good all through the 30th.
    """
    if day is None:
        return None
    return min(parse_instant(f"{day}T00:00:00.000000Z").plus(_DAY), _LAST)


def beginning(day: str) -> Instant:
    """Return the moment from which a day is no longer ahead: 00:00 UTC of it."""
    return parse_instant(f"{day}T00:00:00.000000Z")
