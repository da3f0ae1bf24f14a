"""Collect good figures in a demonstration or a pilot, and show them as those of production."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds import measured as m
from tests.worlds import records as world
from watchkeeper.check.objectives import Verdict, measure
from watchkeeper.records.plan.management.objectives import Counted
from watchkeeper.records.plan.systems import Stage


@pytest.mark.parametrize("stage", [Stage.DEMONSTRATION, Stage.PILOT])
def test_records_of_another_stage_are_left_out_and_counted(stage: Stage) -> None:
    stream = world.begun()
    for _ in range(30):
        m.answer(stream, m.escalate(stream, stage=stage), 5)
    m.answer(stream, m.escalate(stream), m.HOUR)
    row = m.one(stream, m.objective())
    assert (row.number, row.of, row.other_stage) == (0, 1, 30)
    assert (row.verdict, row.stage) == (Verdict.MISSED, Stage.PRODUCTION)


def test_a_system_that_calls_itself_production_in_a_pilot_home_was_a_pilot() -> None:
    stream = world.begun(Stage.PILOT)
    then = replace(m.plan(m.objective()), stage=Stage.PILOT)
    for _ in range(30):
        m.answer(stream, m.escalate(stream, stage=Stage.PRODUCTION), 5)
    now = m.plan(m.objective())
    stream.release("b" * 64)
    found = measure(stream.entries, now, world.bundles(then, now), stream.at)
    assert (found.rows[0].of, found.rows[0].other_stage) == (0, 30)


def test_where_the_plan_of_then_is_gone_the_home_s_stage_counts() -> None:
    stream = world.begun(Stage.DEMONSTRATION)
    m.answer(stream, m.escalate(stream, stage=Stage.PRODUCTION), 5)
    found = measure(stream.entries, m.plan(m.objective()), {}.get, stream.at)
    assert (found.rows[0].of, found.rows[0].other_stage) == (0, 1)


def test_figures_of_a_demonstration_say_so() -> None:
    stream = world.begun(Stage.DEMONSTRATION)
    m.answer(stream, m.escalate(stream), 5)
    row = m.one(stream, m.objective(), stage=Stage.DEMONSTRATION)
    assert (row.met, row.stage, row.json()["stage"]) == (True, Stage.DEMONSTRATION, "demonstration")


def test_counted_refusals_have_the_stage_of_their_agent() -> None:
    stream = world.begun(Stage.PILOT)
    stream.refusals({"too-many-requests": 40})
    asked = m.count(Counted.REFUSALS, at_most="9")
    assert m.one(stream, asked).other_stage == 40
