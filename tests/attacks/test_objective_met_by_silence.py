"""Stop the traffic, or move it elsewhere, so that nothing is left that could miss a target."""

from __future__ import annotations

import pytest

from tests.worlds import measured as m
from tests.worlds import records as world
from watchkeeper.check.objectives import Verdict
from watchkeeper.records.action import Reason
from watchkeeper.records.plan.management.objectives import (
    Counted,
    Objective,
    QuantileOf,
    Share,
    ShareOf,
)

_EVERY = [
    m.objective(),
    m.objective(Counted.DECISIONS, Share(ShareOf.OUTCOME, ("block",)), at_most="0.01"),
    m.objective(Counted.PLANTED, Share(ShareOf.CAUGHT)),
    m.objective(quantile=("0.95", QuantileOf.DECIDED_AFTER), at_most="1800"),
    *(m.count(of, at_most="0") for of in Counted),
]


def _name(asked: Objective) -> str:
    kind = "share" if asked.measure.share else "quantile" if asked.measure.quantile else "count"
    return f"{asked.measure.of}-{kind}"


@pytest.mark.parametrize("asked", _EVERY, ids=_name)
def test_without_traffic_nothing_is_met(asked: Objective) -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    stream.tick(31 * m.DAY)
    row = m.one(stream, asked)
    assert (row.verdict, row.value) == (Verdict.TOO_FEW, None)


def test_traffic_of_another_system_is_no_traffic_of_this_one() -> None:
    stream = world.begun()
    for _ in range(50):
        stream.decide(world.PERMITTED, system="hiring")
    asked = m.count(Counted.UNKNOWN, systems=("desk",), at_most="0")
    assert m.one(stream, asked).verdict is Verdict.TOO_FEW


def test_stopping_what_is_late_already_does_not_take_it_out() -> None:
    stream = world.begun()
    late = m.escalate(stream)
    for _ in range(30):
        m.answer(stream, m.escalate(stream), 5)
    m.void(stream, late, 31 * m.MINUTE, Reason.STOPPED)
    row = m.one(stream, m.objective(at_least="1"))
    assert (row.of, row.verdict) == (31, Verdict.MISSED)


def test_letting_it_expire_is_no_way_out_either() -> None:
    stream = world.begun()
    m.void(stream, m.escalate(stream), 60, Reason.EXPIRED)
    assert m.one(stream, m.objective()).verdict is Verdict.MISSED
