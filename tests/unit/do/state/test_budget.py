"""How much a grant has used: rolling windows, and calendar days with their clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.do.state.budget import Budgets, Charge, Window, longest_window, window_start
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.plan.bounds import Budget

T = parse_instant("2026-11-23T08:00:00.000000Z")
DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _at(text: str) -> Instant:
    return parse_instant(f"{text}.000000Z")


def _budgets(*given_: Budget) -> Budgets:
    made = Budgets()
    made.adopt({"g": given_})
    return made


def test_a_rolling_window_forgets_what_is_as_old_as_it_is_long() -> None:
    made = _budgets(Budget(60, count=5, sum="100", argument="x"))
    made.reserve("a", T, [("g", Decimal(10))])
    made.reserve("b", T.plus(30), [("g", Decimal(5))])
    assert made.used("g", T.plus(59.999999))[0].sum == 15
    assert made.used("g", T.plus(60))[0].sum == 5
    assert made.used("g", T.plus(90))[0].count == 0


def test_what_the_windows_of_a_newer_plan_never_counted_is_not_given_back_to_them() -> None:
    made, late = _budgets(Budget(60, count=5, sum="100", argument="x")), T.plus(7200)
    made.keep_for(60, T)
    made.reserve("a", T, [("g", Decimal(10))])
    made.keep_for(60, late)
    made.adopt({"g": (Budget(60, count=6, sum="100", argument="x"),)})
    made.give_back("a")
    assert [(used.count, used.sum) for used in made.used("g", late)] == [(0, 0)]


def test_only_what_is_given_back_is_given_back_and_only_once() -> None:
    made = _budgets(Budget(60, sum="100", argument="x"))
    made.reserve("a", T, [("g", Decimal(10))])
    made.reserve("b", T, [("g", Decimal(7))])
    made.give_back("a")
    made.give_back("a")
    made.keep("b")
    made.give_back("b")
    assert [(u.count, u.sum) for u in made.used("g", T)] == [(1, Decimal(7))]


def test_what_left_the_window_is_not_given_back_twice() -> None:
    made = _budgets(Budget(60, sum="100", argument="x"))
    made.reserve("a", T, [("g", Decimal(10))])
    made.used("g", T.plus(61))
    made.give_back("a")
    assert [(u.count, u.sum) for u in made.used("g", T.plus(61))] == [(0, Decimal(0))]


def test_every_window_of_a_grant_is_charged_and_no_other_grant() -> None:
    made = _budgets(Budget(60, count=1), Budget(3600, sum="9", argument="x"))
    made.reserve("a", T, [("g", Decimal(3)), ("other", Decimal(3))])
    assert [u.count for u in made.used("g", T.plus(120))] == [0, 1]
    assert made.used("other", T) == ()


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("Europe/Berlin", "2026-11-23T08:00:00", "2026-11-22T23:00:00"),
        ("Europe/Berlin", "2026-11-22T23:00:00", "2026-11-22T23:00:00"),
        ("Europe/Berlin", "2026-11-22T22:59:59", "2026-11-21T23:00:00"),
        # The day has 25 hours, then one 23.
        ("Europe/Berlin", "2026-10-25T22:59:59", "2026-10-24T22:00:00"),
        ("Europe/Berlin", "2026-03-29T21:59:59", "2026-03-28T23:00:00"),
        # Clocks go back over midnight: 0:30 comes twice, and the day begins at the first.
        ("America/Havana", "2026-11-01T04:30:00", "2026-11-01T04:00:00"),
        ("America/Havana", "2026-11-01T05:30:00", "2026-11-01T04:00:00"),
        # Clocks go forward over midnight: the day begins at 1:00.
        ("America/Havana", "2026-03-08T12:00:00", "2026-03-08T05:00:00"),
        ("Pacific/Kiritimati", "2026-11-23T11:00:00", "2026-11-23T10:00:00"),
        ("UTC", "2026-11-23T00:00:00", "2026-11-23T00:00:00"),
    ],
)
def test_a_day_begins_at_its_first_midnight(zone: str, now: str, midnight: str) -> None:
    start = window_start(Budget(DAY, zone=zone), _at(now))
    assert start.plus(0.000001) == _at(midnight)


def test_a_week_of_days_begins_six_midnights_before_today() -> None:
    start = window_start(Budget(7 * DAY, zone="Europe/Berlin"), _at("2026-10-27T12:00:00"))
    assert start.plus(0.000001) == _at("2026-10-20T22:00:00")


def test_a_charge_at_midnight_counts_for_the_new_day() -> None:
    made = _budgets(Budget(DAY, count=9, zone="Europe/Berlin"))
    midnight = _at("2026-11-22T23:00:00")
    made.reserve("before", midnight.plus(-0.000001), [("g", Decimal(0))])
    made.reserve("at", midnight, [("g", Decimal(0))])
    assert made.used("g", midnight.plus(3600))[0].count == 1


_ZONES = st.sampled_from(
    ["Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"]
)
_MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda naive: Instant((naive.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1))
)


@settings(max_examples=200)
@given(_ZONES, _MOMENTS)
def test_all_of_today_and_nothing_else_is_in_the_window(zone: str, now: Instant) -> None:
    def day_of(at: Instant) -> object:
        return (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).date()

    start = window_start(Budget(DAY, zone=zone), now)
    first = Instant(start + 1)
    assert first <= now
    assert day_of(first) == day_of(now)
    assert day_of(start) != day_of(now)


_EVENTS = st.lists(
    st.tuples(st.sampled_from(["reserve", "give", "keep"]), st.integers(0, 40), st.integers(0, 9)),
    max_size=40,
)


@settings(max_examples=150)
@given(_EVENTS)
def test_what_is_kept_is_what_would_be_added_up(events: list[tuple[str, int, int]]) -> None:
    made, now = _budgets(Budget(60, sum="100", argument="x")), T
    charges: dict[str, tuple[Instant, int]] = {}
    kept: set[str] = set()
    for n, (what, passed, which) in enumerate(events):
        now = now.plus(passed)
        name = f"a{which}"
        if what == "reserve":
            name = f"n{n}"
            made.reserve(name, now, [("g", Decimal(which))])
            charges[name] = (now, which)
        elif what == "keep" and charges:
            name = sorted(charges)[which % len(charges)]
            made.keep(name)
            kept.add(name)
        elif charges:
            name = sorted(charges)[which % len(charges)]
            made.give_back(name)
            if name not in kept:
                del charges[name]
        inside = [amount for at, amount in charges.values() if at > now.plus(-60)]
        used = made.used("g", now)[0]
        assert (used.count, used.sum) == (len(inside), Decimal(sum(inside)))


def test_a_window_never_goes_back() -> None:
    window = Window(Budget(60, count=1))
    window.add(Charge(T, Decimal(1)))
    assert window.used(T.plus(61)).count == 0
    assert window.used(T).count == 0


def test_the_longest_window_is_long_enough_for_any_calendar_day() -> None:
    assert longest_window([Budget(60)]) == 60
    assert longest_window([Budget(DAY, zone="America/Havana")]) >= 2 * DAY
    assert longest_window([]) == 0
