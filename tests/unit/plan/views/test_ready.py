"""The path to an audit: each step on its day, done by the records' own days, late where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.clauses.view import clauses_view
from watchkeeper.plan.views.ready.steps import steps
from watchkeeper.plan.views.ready.view import Progress, ReadyView, ready_text, ready_view
from watchkeeper.records.day import after_day
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant
from watchkeeper.standards.clauses import required_records

AUDIT = "2027-06-01"


def view_of(
    world: ManagedWorkspace, at: Instant = TODAY, figures: Figures | None = None
) -> ReadyView:
    return ready_view(world.register(), None, at, AUDIT, figures)


def _step(view: ReadyView, name: str) -> Any:
    return next(step for step in view.steps if step.id == name)


def ready() -> ManagedWorkspace:
    """Return a workspace in which all but the stages is done."""
    world = ManagedWorkspace()
    world.records["measurement", "2026-q3"]["rows"][0]["window"]["start"] = "2026-07-01"
    return world


def test_the_steps_follow_one_another() -> None:
    seen: set[str] = set()
    for step in steps():
        assert set(step.after) <= seen
        seen.add(step.id)
    assert len(seen) == len(steps())


def test_days_are_reckoned_back_from_the_audit() -> None:
    view = view_of(ready())
    assert _step(view, "scope").due == "2026-12-01"
    assert _step(view, "audit").due == "2027-03-23"
    assert _step(view, "stage-2").due == AUDIT
    world = ready().change("aims", readiness={"audit": 4})
    assert _step(view_of(world), "audit").due == "2027-05-04"


def test_what_is_done_is_done_on_the_day_of_its_record() -> None:
    view = view_of(ready())
    done = {step.id: step.done for step in view.steps if step.progress is Progress.DONE}
    assert set(done) == {step.id for step in steps()} - {"stage-1", "stage-2"}
    assert done["scope"] == "2026-10-01"
    assert done["operation"] == "2026-09-23"
    assert done["audit"] == "2026-10-06"
    assert view.late == ()


@pytest.mark.parametrize(
    ("kind", "id_", "keys", "step", "why"),
    [
        ("scope", "", {"approved_by": None}, "scope", "nobody approved"),
        ("review", "2026-2", {"on": "2026-10-05"}, "review", "before `audit`"),
        ("review", "2026-2", {"decisions": []}, "review", "no management review"),
        ("audit", "2026", {"reported": "2026-09-01"}, "audit", "before `operation`"),
        ("audit", "2026", {"reported": None}, "audit", "no internal audit"),
        ("finding", "late-note", {"actions": []}, "findings", "late-note is open"),
        ("finding", "late-note", {"effect": {"by": "2026-11-01"}}, "findings", "due by 2026-11-01"),
        ("audit", "2026", {"findings": ["gone"]}, "findings", "gone is not recorded"),
        ("methods", "", {"risk": None}, "methods", "6.1.1 missing"),
        ("methods", "", {"approved_by": None}, "operation", "does not run yet"),
    ],
)
def test_what_is_not_done_says_why(
    kind: str, id_: str, keys: dict[str, Any], step: str, why: str
) -> None:
    found = _step(view_of(ready().change(kind, id_, **keys)), step)
    assert found.progress is Progress.OPEN
    assert why in found.why


LACKING: dict[str, Callable[[ManagedWorkspace], object]] = {
    "4.3": lambda world: world.remove("scope"),
    "5.2": lambda world: _without_document(world, "5.2"),
    "6.1.1": lambda world: world.change("methods", opportunities=None),
    "6.1.2": lambda world: world.records["methods", ""]["risk"].pop("process"),
    "6.1.3": lambda world: world.change("methods", treatment=None),
    "6.1.4": lambda world: world.change("methods", impact=None),
    "6.2": lambda world: world.remove("objectives"),
    "7.2": lambda world: world.change("competence", held=[]),
    "7.5": lambda world: world.change("documents", approved_by=None),
    "8.1": lambda world: _without_document(world, "8.1"),
    "8.2": lambda world: world.remove("assessment"),
    "8.3": lambda world: world.records["risk", "overpaid"]["treatment"].pop("results"),
    "8.4": lambda world: world.remove("impact"),
    "9.1": lambda world: world.remove("measurement"),
    "9.2.2": lambda world: world.remove("audits"),
    "9.3.3": lambda world: world.change("review", "2026-2", next_by="2026-11-22"),
    "10.2": lambda world: world.change("finding", "late-note", owner=None, by=None, actions=[]),
}
"""What takes away the record of each clause that asks for one, and as little else as can be."""


def _without_document(world: ManagedWorkspace, clause: str) -> None:
    for row in world.records["documents", ""]["documents"]:
        row["clauses"] = [one for one in row["clauses"] if one != clause]


def test_results_stay_good_when_the_statement_is_approved_anew() -> None:
    found = _step(view_of(ready().change("soa", approved="2026-11-20")), "treated")
    assert (found.progress, found.done) == (Progress.DONE, "2026-10-02")


@pytest.mark.parametrize("clause", [row.clause for row in required_records()])
def test_no_clause_is_open_while_every_step_is_done(clause: str) -> None:
    world = ready()
    LACKING[clause](world)
    steps_of = [step for step in view_of(world).steps if step.id not in {"stage-1", "stage-2"}]
    behind = [step for step in steps_of if step.progress is not Progress.DONE]
    lacking = clauses_view(world.register(), None, TODAY).lacking
    assert clause in {row.clause for row in lacking}
    assert behind
    if clause != "10.2":  # what the matter is with a finding is said by its name
        assert any(clause in step.why for step in behind)


@pytest.mark.parametrize(
    ("day", "progress"),
    [("2026-11-30", Progress.OPEN), ("2026-12-01", Progress.OPEN), ("2026-12-02", Progress.LATE)],
)
def test_a_step_is_late_the_day_after_its_day(day: str, progress: Progress) -> None:
    world = ready().change("scope", approved_by=None)
    assert _step(view_of(world, Instant(after_day(day) - 1)), "scope").progress is progress


def test_what_runs_too_short_is_late_before_its_day() -> None:
    world = ManagedWorkspace().remove("measurement")
    world.change("soa", approved="2027-01-10")
    found = _step(view_of(world, Instant(after_day("2027-01-20") - 1)), "operation")
    assert (found.progress, found.why) == (
        Progress.LATE,
        "it runs since 2027-01-10, until 2027-04-04",
    )


@pytest.mark.parametrize(
    ("day", "progress"), [("2026-12-29", Progress.OPEN), ("2026-12-30", Progress.LATE)]
)
def test_what_has_to_run_is_late_once_it_can_no_longer_run_long_enough(
    day: str, progress: Progress
) -> None:
    world = ready().change("methods", approved_by=None)
    step = _step(view_of(world, Instant(after_day(day) - 1)), "operation")
    assert (step.due, step.begin_by) == ("2027-03-23", "2026-12-29")
    assert step.progress is progress
    assert step.json()["beginBy"] == "2026-12-29"
    assert "it has to begin by 2026-12-29" in ready_text(view_of(world))


def test_a_log_without_a_decision_shows_that_it_does_not_run() -> None:
    assert _step(view_of(ready(), figures=Figures("captured", 3)), "operation").why
    shown = view_of(ready(), figures=Figures("captured", 3, decisions=2))
    assert _step(shown, "operation").progress is Progress.DONE


def test_the_stages_are_those_of_our_own_certificate() -> None:
    audits = [{"kind": "stage1", "date": "2026-11-01"}, {"kind": "stage2", "date": "2026-11-20"}]
    world = ready().change("certificate", "ours", audits=audits)
    assert view_of(world).late == ()
    assert {step.progress for step in view_of(world).steps} == {Progress.DONE}
    world.change("certificate", "ours", supplier="modelhouse")
    assert _step(view_of(world), "stage-2").progress is Progress.OPEN


def test_the_text_says_that_the_weeks_are_ours() -> None:
    text = ready_text(view_of(ready()))
    assert "no rule of the standard" in text
    assert "No log at hand" in text
    value = view_of(ManagedWorkspace().remove("scope"), Instant(after_day("2026-12-01"))).json()
    assert value["late"][0] == "scope"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_an_audit_on_any_day_can_be_asked_for(day: str) -> None:
    assert ready_view(ready().register(), None, TODAY, day).steps
