"""A missed objective is cleared by a person's word, or by an assessment of a day to come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.approvals import managed, ruled
from tests.worlds.assessed import IMPACT, assessed_plan, since
from watchkeeper.loop.release.exceptions import stale_in
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Assessed, Topic

OBJECTIVES = """\
objectives:
  - id: in-time
    says: People decide in time.
    measure: {of: escalations, share: {decided_within: 30m}}
    target: {at_least: 95 %}
    window: 30d
"""


def _measured(
    name: str, on: str, origin: str, met: str, value: str = "value: 80 %, "
) -> dict[str, str]:
    window = f"{{start: 2026-11-01T00:00:00Z, end: {on}T00:00:00Z}}"
    row = f"{{objective: in-time, of: 5, {value}met: {met}, window: {window}, origin: {origin}}}"
    return {f"measurements/{name}.yaml": f"id: {name}\non: {on}\nrows:\n  - {row}\n"}


def _plan(*measured: dict[str, str]) -> Bundle:
    files = {"impacts/desk.yaml": IMPACT + "triggers: {drift: in-time}\n"}
    files["objectives.yaml"] = OBJECTIVES
    for one in measured:
        files.update(one)
    return assessed_plan(files)


def _why(*measured: dict[str, str]) -> tuple[str, ...]:
    return since(_plan(*measured), "impact")


MISSED = _measured("m", "2026-11-10", "captured", "false")


@pytest.mark.parametrize(
    ("name", "on"), [("n", "2026-11-11"), ("z", "2026-11-10"), ("z", "2099-01-01")]
)
def test_a_persons_word_clears_nothing_that_the_log_told(name: str, on: str) -> None:
    assert _why(MISSED, _measured(name, on, "attested", "true")) == ("drift",)


def test_too_little_to_say_neither_misses_nor_clears() -> None:
    assert _why(_measured("m", "2026-11-10", "captured", "false", "")) == ()
    assert _why(MISSED, _measured("n", "2026-11-11", "captured", "true", "")) == ("drift",)


def test_what_is_measured_later_clears_it() -> None:
    assert _why(MISSED, _measured("n", "2026-11-11", "captured", "true")) == ()


@pytest.mark.parametrize("missed", [MISSED, _measured("m", "2027-03-01", "captured", "false")])
def test_what_is_measured_on_a_day_to_come_clears_nothing_until_then(
    missed: dict[str, str],
) -> None:
    plan = _plan(missed, _measured("z", "2099-01-01", "captured", "true"))
    assert plan.management is not None
    at = [parse_instant(f"{day}T00:00:00.000000Z") for day in ("2026-11-23", "2099-01-01")]
    said = [plan.management.at("desk", one).counting["impact"] for one in at]
    assert said == [("dated-ahead",), ("date",)]


def test_nor_does_a_day_to_come_count_where_nothing_was_missed() -> None:
    plan = _plan(_measured("z", "2099-01-01", "captured", "true"))
    assert plan.management is not None
    at = parse_instant("2026-11-23T00:00:00.000000Z")
    assert plan.management.at("desk", at).counting == {}


@pytest.mark.parametrize(("day", "stale"), [("2026-11-20", []), ("2026-11-21", ["desk:impact"])])
def test_an_assessment_of_a_day_to_come_is_stale(day: str, stale: list[str]) -> None:
    state = replace(managed(), assessments=(Assessed(Topic.IMPACT, "desk", day),))
    plan, at = ruled(management=state), parse_instant("2026-11-20T23:59:59.999999Z")
    assert stale_in(plan, plan, ["desk"], at) == stale
