"""Days, weeks and months of a zone: two implementations, and the calendar itself, agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchkeeper.do.state.budget import window_start
from watchkeeper.loop.inbox.bars import _resets
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import Budget, Calendar
from watchkeeper.verify.bounds.window import first_moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400
_ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "America/Havana",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Beirut",
        "Pacific/Kiritimati",
        "Asia/Kathmandu",
        "UTC",
    ]
)
_KINDS = st.sampled_from([None, Calendar.WEEK, Calendar.MONTH])
_MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 3, 2)).map(  # noqa: DTZ001
    lambda naive: Instant((naive.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1))
)


def _at(text: str) -> Instant:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Instant((moment - EPOCH) // timedelta(microseconds=1))


def _budget(kind: Calendar | None, zone: str) -> Budget:
    seconds = {None: DAY, Calendar.WEEK: 7 * DAY, Calendar.MONTH: 31 * DAY}[kind]
    return Budget(seconds, count=1, zone=zone, calendar=kind)


def _period(kind: Calendar | None, at: Instant, zone: str) -> object:
    """What the calendar calls the time: a date, an ISO week, a month."""
    day: date = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).date()
    if kind is Calendar.MONTH:
        return day.year, day.month
    return day.isocalendar()[:2] if kind is Calendar.WEEK else day


@settings(max_examples=300)
@given(_KINDS, _ZONES, _MOMENTS)
@example(Calendar.MONTH, "Europe/Berlin", _at("2026-03-31T21:59:59.999999"))
@example(Calendar.MONTH, "Europe/Berlin", _at("2026-03-31T22:00:00"))
@example(Calendar.MONTH, "Europe/Berlin", _at("2028-02-29T22:59:59.999999"))
@example(Calendar.MONTH, "America/Havana", _at("2026-11-01T05:30:00"))
@example(Calendar.WEEK, "Europe/Berlin", _at("2026-03-29T00:30:00"))
@example(Calendar.WEEK, "Asia/Beirut", _at("2026-10-25T20:30:00"))
@example(None, "America/Santiago", _at("2026-09-06T04:00:00"))
def test_a_window_is_its_period_and_nothing_else(
    kind: Calendar | None, zone: str, now: Instant
) -> None:
    budget = _budget(kind, zone)
    start = window_start(budget, now)
    first = Instant(start + 1)
    assert first <= now
    assert _period(kind, first, zone) == _period(kind, now, zone)
    assert _period(kind, start, zone) != _period(kind, now, zone)
    assert now - first <= budget.seconds * 1_000_000 + 2 * DAY * 1_000_000
    assert first_moment(budget, now) == first


@settings(max_examples=300)
@given(_KINDS, _ZONES, _MOMENTS)
@example(Calendar.MONTH, "Europe/Berlin", _at("2026-10-31T12:00:00"))
def test_room_comes_back_when_the_next_one_begins(
    kind: Calendar | None, zone: str, now: Instant
) -> None:
    budget = _budget(kind, zone)
    resets = _resets(budget, now)
    assert resets is not None
    assert resets > now
    assert _period(kind, resets, zone) != _period(kind, now, zone)
    assert _period(kind, Instant(resets - 1), zone) == _period(kind, now, zone)


@settings(max_examples=100)
@given(_KINDS, _ZONES, _MOMENTS, st.integers(0, 40 * DAY))
def test_a_window_never_goes_back(
    kind: Calendar | None, zone: str, now: Instant, later: int
) -> None:
    budget = _budget(kind, zone)
    assert window_start(budget, now.plus(later)) >= window_start(budget, now)
