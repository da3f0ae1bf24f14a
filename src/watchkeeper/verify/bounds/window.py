"""Windows of budgets, computed once more and apart from the runtime."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchkeeper.records.plan.bounds import Budget, Calendar

_DAY = 86_400
_EVER = -(2**62)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Charged:
    """What one action took, and when; not `counts` once it was given back."""

    at: int
    amount: Decimal
    counts: bool = True


class Window:
    """What one window holds, as its charges come in order."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._held: deque[Charged] = deque()
        self._since = _EVER
        self._count, self._sum = 0, Decimal(0)

    def add(self, charged: Charged) -> None:
        """Take a charge in."""
        if charged.counts:
            self._held.append(charged)
            self._count += 1
            self._sum += charged.amount

    def give_back(self, charged: Charged) -> None:
        """Take a charge out that still counts; the caller marks it afterwards."""
        if charged.counts and charged.at >= self._since:
            self._take_out(charged)

    def holds(self, since: int) -> tuple[int, Decimal]:
        """Return count and sum of what came at `since` or later; nothing earlier comes back."""
        self._since = max(self._since, since)
        while self._held and self._held[0].at < self._since:
            gone = self._held.popleft()
            if gone.counts:
                self._take_out(gone)
        return self._count, self._sum

    def _take_out(self, charged: Charged) -> None:
        self._count -= 1
        self._sum -= charged.amount


def first_moment(budget: Budget, now: int) -> int | None:
    """Return the first microsecond whose charges still count; None for a zone not known here.

    Of a window that begins before all calendars do, everything counts.
    """
    if budget.zone is None:
        return now - budget.seconds * 1_000_000 + 1
    try:
        zone = ZoneInfo(budget.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    try:
        today = (_EPOCH + timedelta(microseconds=now)).astimezone(zone).date()
        return _midnight(_first_day(budget, today), zone)
    except OverflowError:
        return _EVER


def _first_day(budget: Budget, today: date) -> date:
    if budget.calendar is Calendar.MONTH:
        return today.replace(day=1)
    if budget.calendar is Calendar.WEEK:
        return today - timedelta(days=today.isoweekday() - 1)
    return today - timedelta(days=max(1, budget.seconds // _DAY) - 1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    """Return the first of a day's midnights, in microseconds."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (local.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
