"""Record times never decrease, and a clock that can not be believed says so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.do.state.clock import ClockGuard
from watchkeeper.records.instant import Instant

T = Instant(1_795_000_000_000_000)
WEEK = 604_800
SECOND = 1_000_000


def _guard(wall: Instant = T, last: Instant | None = T) -> ClockGuard:
    return ClockGuard(wall, 0, last, WEEK)


def test_a_clock_that_goes_is_believed() -> None:
    guard = _guard()
    assert guard.read(T.plus(1), SECOND) == (T.plus(1), None)
    assert guard.read(T.plus(2), 2 * SECOND) == (T.plus(2), None)


def test_a_new_log_believes_the_clock_it_finds() -> None:
    assert ClockGuard(T, 0, None, WEEK).read(T, 0) == (T, None)


@pytest.mark.parametrize(("ahead", "sure"), [(WEEK, True), (WEEK + 1, False)])
def test_a_start_far_ahead_of_the_last_record_is_unsure(ahead: int, sure: bool) -> None:
    guard = _guard(wall=T.plus(ahead))
    at, unsure = guard.read(T.plus(ahead), 0)
    assert (unsure is None) == sure
    assert at == (T.plus(ahead) if sure else T)


def test_while_unsure_time_goes_on_along_the_monotonic_clock() -> None:
    guard = _guard(wall=T.plus(WEEK + 1))
    assert guard.read(T.plus(WEEK + 6), 5 * SECOND)[0] == T.plus(5)


@pytest.mark.parametrize("leap", [61, -61, 86_400])
def test_a_leap_is_unsure_until_it_is_accepted(leap: int) -> None:
    guard = _guard()
    now = T.plus(1 + leap)
    assert guard.read(now, SECOND) == (T.plus(1), "the clock leapt")
    assert guard.read(T.plus(2), 2 * SECOND)[1] == "the clock leapt"
    guard.accept(now, 3 * SECOND)
    assert guard.read(now.plus(1), 4 * SECOND)[1] is None


def test_a_clock_a_little_behind_is_unsure_until_it_has_caught_up() -> None:
    guard = _guard(wall=T.plus(-10))
    assert guard.read(T.plus(-9), SECOND) == (T, "the clock is behind the last record")
    assert guard.read(T, 10 * SECOND) == (T, None)
    assert guard.read(T.plus(1), 11 * SECOND) == (T.plus(1), None)


def test_a_start_far_behind_stays_unsure_although_time_passes() -> None:
    guard = _guard(wall=T.plus(-3600))
    assert guard.read(T.plus(1), 3601 * SECOND)[1] == "the clock is far behind the last record"


def test_a_clock_accepted_behind_the_last_record_counts_on_from_there() -> None:
    guard = _guard(wall=T.plus(-3600))
    guard.accept(T.plus(-3600), 0)
    assert guard.read(T.plus(-3599), SECOND) == (T.plus(1), None)
    assert guard.read(T.plus(-3000), 600 * SECOND) == (T.plus(600), None)


def test_many_small_steps_are_a_leap() -> None:
    guard, unsure = _guard(), None
    for n in range(1, 30):
        unsure = unsure or guard.read(T.plus(n + 5 * n), n * SECOND)[1]
    assert unsure == "the clock leapt"


def test_a_clock_that_is_slewed_is_followed_for_ever() -> None:
    guard = _guard()
    for hour in range(1, 24 * 30):
        passed = hour * 3600
        at, unsure = guard.read(T.plus(passed * 1.0005), passed * SECOND)
        assert unsure is None
    assert at > T.plus(passed + 60)


def test_reading_often_does_not_stop_the_following() -> None:
    guard = _guard()
    for n in range(1, 40_000):
        passed = n * 0.01
        assert guard.read(T.plus(passed * 1.0005), round(passed * SECOND))[1] is None
    assert guard._course - guard._mono > T.plus(0.15)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(-200, 200), st.integers(0, 200), st.booleans()), max_size=30))
def test_times_never_decrease(steps: list[tuple[int, int, bool]]) -> None:
    guard, wall, mono, last = _guard(), T, 0, T
    for leap, passed, accepted in steps:
        wall, mono = wall.plus(leap + passed), mono + passed * SECOND
        if accepted:
            guard.accept(wall, mono)
        at, _ = guard.read(wall, mono)
        assert at >= last
        last = at
