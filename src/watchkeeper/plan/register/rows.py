"""When a row of the statement of applicability is overdue: one rule for whoever tells it.

ISO/IEC 42001:2023, 6.1.3.
"""

from __future__ import annotations

from watchkeeper.records.day import has_passed
from watchkeeper.records.instant import Instant

_TO_BE_DONE = frozenset({"sequenced", "partial", "planned", "not-implemented"})
"""Words for a row of which something is left to do. Beside one of them a day is a promise, in the
older words as in `sequenced`; beside `not-planned` it is none, since nobody does it."""


def due_day(status: str, applicable: str, day: str | None) -> str | None:
    """Return the day by which something of a row is to be done; None where nothing is due."""
    return day if status in _TO_BE_DONE and applicable != "out" else None


def is_overdue(status: str, applicable: str, day: str | None, at: Instant) -> bool:
    """Tell whether a row's day has passed, with something left to do."""
    due = due_day(status, applicable, day)
    return due is not None and has_passed(due, at)
