"""Windows as files write them: a duration, or `day`, `week`, `month` of a time zone."""

from __future__ import annotations

from watchkeeper.records.plan.bounds import Budget, Calendar

_LONGEST = {"day": 86_400, "week": 7 * 86_400, "month": 31 * 86_400}
_CALENDAR = {"week": Calendar.WEEK, "month": Calendar.MONTH}


def budget_of(
    within: int | str,
    zone: str | None,
    count: int | None,
    total: str | None,
    argument: str | None = None,
) -> Budget:
    """Return a cap over a window: at most `count` actions, and `total` of what is added up."""
    if isinstance(within, int):
        return Budget(within, count, total, argument, zone)
    return Budget(_LONGEST[within], count, total, argument, zone, _CALENDAR.get(within))
