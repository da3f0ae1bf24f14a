"""Refusals beyond the limit are counted, told once, and never lost."""

from __future__ import annotations

from watchkeeper.loop.floods import Floods, ReadLimits
from watchkeeper.records.action import Reason
from watchkeeper.records.instant import Instant

T = Instant(1_795_000_000_000_000)


def _flooded(count: int = 5, limit: int = 3) -> Floods:
    floods = Floods()
    left = [floods.leave_out("a", Reason.FORBIDDEN, T, limit) for _ in range(count)]
    assert left == [False] * limit + [True] * (count - limit)
    return floods


def test_the_rest_of_the_minute_is_one_summary() -> None:
    floods = _flooded()
    assert floods.over("a", T, 3)
    assert floods.due(T.plus(59)) == []
    (record,) = floods.due(T.plus(60))
    assert (record.agent, record.since, record.counts) == ("a", T, {"forbidden": 2})


def test_a_summary_that_could_not_be_recorded_is_due_again() -> None:
    floods = _flooded()
    (record,) = floods.due(T.plus(60))
    (again,) = floods.due(T.plus(61))
    assert again.counts == record.counts
    floods.told(again)
    assert floods.due(T.plus(62)) == []


def test_until_it_is_told_more_is_counted_to_it() -> None:
    floods = _flooded()
    assert floods.leave_out("a", Reason.STOPPED, T.plus(90), 3)
    (record,) = floods.due(T.plus(91))
    assert record.counts == {"forbidden": 2, "stopped": 1}


def test_a_quiet_minute_ends_without_a_record_and_others_are_not_touched() -> None:
    floods = _flooded(count=3)
    assert not floods.leave_out("b", Reason.FORBIDDEN, T, 3)
    assert floods.due(T.plus(60)) == []
    assert not floods.leave_out("a", Reason.FORBIDDEN, T.plus(61), 3)
    assert not floods.over("b", T.plus(61), 3)


def test_reads_are_limited_by_the_minute_and_the_agent() -> None:
    reads = ReadLimits()
    assert [reads.take("a", T, 2) for _ in range(3)] == [True, True, False]
    assert reads.take("b", T, 2)
    assert not reads.take("a", T.plus(59), 2)
    assert reads.take("a", T.plus(60), 2)


def test_a_summary_whose_write_failed_is_counted_again() -> None:
    floods = _flooded()
    (record,) = floods.due(T.plus(60))
    floods.told(record)
    floods.leave_out("a", Reason.STOPPED, T.plus(61), 0)
    floods.put_back(record)
    (again,) = floods.due(T.plus(62))
    assert (again.since, again.counts) == (T, {"forbidden": 2, "stopped": 1})
