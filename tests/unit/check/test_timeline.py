from __future__ import annotations

from tests.worlds.records import START
from watchkeeper.check.timeline import MOST_BUCKETS, Timeline, TimelineCounter
from watchkeeper.records.action import Outcome


def counted(*times: tuple[int, Outcome]) -> Timeline:
    counter = TimelineCounter()
    for at, outcome in times:
        counter.add(at, outcome)
    return counter.timeline()


def test_nothing_gives_no_buckets() -> None:
    assert counted().buckets == ()


def test_a_minute_stays_in_seconds() -> None:
    found = counted(
        (START, Outcome.ALLOW), (START.plus(59), Outcome.BLOCK), (START.plus(59.5), Outcome.BLOCK)
    )
    assert found.seconds == 1
    assert [(b.allowed, b.blocked, b.escalated) for b in found.buckets] == [(1, 0, 0), (0, 2, 0)]
    assert found.buckets[1].start == START.plus(59)
    assert found.buckets[1].total == 2


def test_ten_minutes_are_folded_without_losing_any() -> None:
    found = counted(*((START.plus(second), Outcome.ESCALATE) for second in range(600)))
    assert found.seconds == 15
    assert sum(bucket.escalated for bucket in found.buckets) == 600
    assert len(found.buckets) == 40


def test_centuries_still_fit() -> None:
    year = 31_536_000
    found = counted(*((START.plus(year * n), Outcome.ALLOW) for n in range(300)))
    assert 0 < len(found.buckets) <= MOST_BUCKETS
    assert sum(bucket.allowed for bucket in found.buckets) == 300


def test_times_that_arrive_backwards_count_the_same() -> None:
    times = [(START.plus(second), Outcome.ALLOW) for second in range(0, 5000, 7)]
    assert counted(*reversed(times)) == counted(*times)
