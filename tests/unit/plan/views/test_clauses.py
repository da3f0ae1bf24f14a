"""Clause by clause: what an auditor asks for is there, or named as what is the matter with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import HEAD, TODAY, ManagedWorkspace
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.views.clauses.standing import State
from watchkeeper.plan.views.clauses.text import clauses_text
from watchkeeper.plan.views.clauses.view import ClausesView, clauses_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.figures import ControlFigure, Figures, ObjectiveFigure
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.standards.clauses import required_records

REQUIRED = [row.clause for row in required_records()]
FIGURES = Figures(
    origin="captured",
    size=9,
    decisions=7,
    last_decision=Ref(0, 8),
    releases=1,
    release=Ref(0, 1),
    controls=(ControlFigure("limits", "enforced", 7, Ref(0, 8)),),
    objectives=(ObjectiveFigure("in-time", "met", "97 %", 40, Ref(0, 7)),),
)


def view_of(
    world: ManagedWorkspace, at: Instant = TODAY, figures: Figures | None = None
) -> ClausesView:
    return clauses_view(world.register(), None, at, figures)


def _row(view: ClausesView, clause: str) -> Any:
    return next(row for row in view.rows if row.clause == clause)


def test_what_the_issue_names_is_asked_for() -> None:
    named = "4.3 5.2 6.1.1 6.1.2 6.1.3 6.1.4 6.2 7.2 7.5 8.1 8.2 8.3 8.4 9.1 9.2.2 9.3.3 10.2"
    assert named.split() == REQUIRED


def test_where_everything_is_there_nothing_is_lacking(tmp_path: Path) -> None:
    linted = lint_workspace(ManagedWorkspace().write(tmp_path))
    assert linted.register is not None
    assert linted.register == ManagedWorkspace().register()
    view = clauses_view(linted.register, None, TODAY, FIGURES)
    assert view.lacking == ()
    assert not view.triggers
    assert [row.clause for row in view.rows if row.required] == REQUIRED


def test_an_assessment_without_a_basis_is_stale_once_there_is_a_plan(tmp_path: Path) -> None:
    linted = lint_workspace(ManagedWorkspace().write(tmp_path))
    assert linted.register is not None
    view = clauses_view(linted.register, linted.bundle, TODAY, FIGURES)
    assert [(row.clause, row.state.value) for row in view.lacking] == [
        ("8.2", "stale"),
        ("8.4", "stale"),
    ]
    assert "no-basis" in view.lacking[0].records[0].why


def test_where_nothing_is_there_every_required_record_is_named(tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path))
    assert linted.register is not None
    view = clauses_view(linted.register, linted.bundle, TODAY)
    assert [row.clause for row in view.lacking] == REQUIRED
    for row in view.lacking:
        assert any(one.state is not State.PRESENT and one.why and one.file for one in row.records)


def _documents(**keys: Any) -> dict[str, Any]:
    row = {**HEAD, "id": "ai-policy", "title": "P", "clauses": ["5.2"], "digest": "1" * 64, **keys}
    return {"documents": [{key: value for key, value in row.items() if value is not None}]}


def _acted(**keys: Any) -> dict[str, Any]:
    action = {"what": "Pay at night.", "owner": "ana", **keys}
    return {"opportunities": [{"what": "Sooner.", "actions": [action]}]}


PLANNED = {"planned": [{"id": "a", "by": "2026-11-01", "scope": "x"}]}


@pytest.mark.parametrize(
    ("kind", "id_", "keys", "clause", "state", "why"),
    [
        ("scope", "", {"owner": None}, "4.3", "incomplete", "nobody answers"),
        ("scope", "", {"review_by": None}, "4.3", "incomplete", "no day"),
        ("scope", "", {"approved_by": None}, "4.3", "not-approved", "nobody approved"),
        ("scope", "", {"review_by": "2026-11-22"}, "4.3", "stale", "2026-11-22"),
        ("scope", "", {"approved_digest": "0" * 64}, "4.3", "not-approved", "changed"),
        ("scope", "", {"approved": "2031-01-01"}, "4.3", "not-approved", "still to come"),
        ("finding", "late-note", {"raised": "2035-01-01"}, "10.2", "incomplete", "still to come"),
        ("measurement", "2026-q3", {"analysis": None}, "9.1", "incomplete", "nobody says"),
        ("scope", "", {"version": "Say: which one"}, "4.3", "template", "`version`"),
        ("methods", "", {"risk": None}, "6.1.1", "missing", "risk likelihood"),
        ("methods", "", {"opportunities": []}, "6.1.1", "missing", "nothing of opportunities"),
        ("methods", "", {"opportunities": [{"what": "Sooner."}]}, "6.1.1", "incomplete", "Sooner."),
        ("methods", "", _acted(by="2026-11-01"), "6.1.1", "stale", "2026-11-01"),
        ("methods", "", _acted(by="2026-11-01", done="2026-11-02"), "6.1.1", "present", ""),
        ("methods", "", _acted(by=None), "6.1.1", "incomplete", "by a day"),
        ("risk", "overpaid", {"treatment": None}, "6.1.1", "missing", "planned on overpaid"),
        ("risk", "overpaid", {"treatment": {"option": "modify"}}, "6.1.1", "missing", "overpaid"),
        ("methods", "", {"treatment": None}, "6.1.3", "missing", "treatment"),
        ("methods", "", {"impact": None}, "6.1.4", "missing", "impact"),
        ("risk", "overpaid", {"treatment": None}, "6.1.3", "missing", "treatment of overpaid"),
        ("risk", "overpaid", {"treatment": {"option": "modify"}}, "8.3", "missing", "results"),
        ("competence", "", {"held": []}, "7.2", "missing", "evidence"),
        ("competence", "", {"awareness": []}, "7.3", "not-needed", "awareness"),
        ("documents", "", _documents(clauses=["7.5"]), "5.2", "missing", "no document"),
        ("documents", "", _documents(digest=None), "5.2", "not-approved", "which text"),
        ("documents", "", _documents(file="documents/ai-policy.md"), "5.2", "not-approved", "cha"),
        ("documents", "", _documents(file="documents/gone.md"), "5.2", "missing", "gone.md"),
        ("documents", "", _documents(review_by="2026-01-01"), "5.2", "stale", "2026-01-01"),
        ("audits", "", PLANNED, "9.2.2", "stale", "no audit by 2026-11-01"),
        ("review", "2026-2", {"next_by": "2026-11-22"}, "9.3.3", "stale", "2026-11-22"),
        ("finding", "late-note", {"effect": {"by": "2026-11-01"}}, "10.2", "stale", "2026-11-01"),
        ("assessment", "desk", {"system": "desk", "owner": None}, "8.2", "incomplete", "nobody"),
    ],
)  # fmt: skip
def test_what_is_the_matter_is_named(
    kind: str, id_: str, keys: dict[str, Any], clause: str, state: str, why: str
) -> None:
    row = _row(view_of(ManagedWorkspace().change(kind, id_, **keys)), clause)
    assert row.state.value == state
    assert any(why in one.why for one in row.records)


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        ("scope", "4.3"),
        ("methods", "6.1.2"),
        ("risk", "6.1.1"),
        ("risk", "6.1.2"),
        ("soa", "6.1.3"),
        ("objectives", "6.2"),
        ("competence", "7.2"),
        ("documents", "7.5"),
        ("assessment", "8.2"),
        ("impact", "8.4"),
        ("measurement", "9.1"),
        ("audits", "9.2.2"),
        ("audit", "9.2.2"),
        ("review", "9.3.3"),
    ],
)
def test_a_record_that_is_not_there_is_missing(kind: str, clause: str) -> None:
    world = ManagedWorkspace().remove(kind)
    if kind == "documents":
        world.remove("sentences")
    row = _row(view_of(world), clause)
    assert row.state is State.MISSING


def test_every_system_in_scope_is_asked_for_its_assessments() -> None:
    world = ManagedWorkspace()
    system = {**world.records["system", "desk"], "id": "other", "agents": [], "servers": []}
    world.records["system", "other"] = system
    view = view_of(world, figures=FIGURES)
    assert {row.clause for row in view.lacking} == {"8.2", "8.4"}
    world.change("system", "other", in_scope=False)
    assert view_of(world, figures=FIGURES).lacking == ()


def test_no_finding_is_no_gap_where_there_was_an_audit() -> None:
    world = ManagedWorkspace().remove("finding").change("audit", "2026", findings=[])
    assert _row(view_of(world), "10.2").state is State.NOT_NEEDED
    world.remove("audit")
    assert _row(view_of(world), "10.2").state is State.MISSING


def test_what_was_only_observed_is_no_nonconformity() -> None:
    world = ManagedWorkspace().change("finding", "late-note", kind="observation")
    assert _row(view_of(world), "10.2").state is State.NOT_NEEDED
    world.remove("audit")
    assert _row(view_of(world), "10.2").state is State.MISSING


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ({"applicable": "undetermined"}, "undetermined: A.2.2"),
        ({"why": " "}, "no reason: A.2.2"),
        ({"control": "limits"}, "no row: A.2.2"),
    ],
)
def test_a_statement_that_leaves_a_control_open_is_incomplete(
    keys: dict[str, Any], named: str
) -> None:
    world = ManagedWorkspace()
    world.records["soa", ""]["rows"][0].update(keys)
    row = _row(view_of(world), "6.1.3")
    assert row.state is State.INCOMPLETE
    assert [one.why for one in row.records if one.state is State.INCOMPLETE] == [named]


def test_why_there_are_no_opportunities_is_enough() -> None:
    world = ManagedWorkspace().change("methods", opportunities=None)
    assert _row(view_of(world), "6.1.1").state is State.MISSING
    world.change("methods", no_opportunities="We looked in May, and found none.")
    assert _row(view_of(world), "6.1.1").state is State.PRESENT


def test_an_older_review_is_not_overdue() -> None:
    world = ManagedWorkspace()
    older = {"id": "2026-1", "on": "2026-04-01", "chaired_by": "ana", "next_by": "2026-10-31"}
    world.change("review", "2026-1", **older)
    assert _row(view_of(world), "9.3.3").state is State.PRESENT


def test_the_day_itself_is_still_good() -> None:
    world = ManagedWorkspace().change("scope", review_by="2026-11-23")
    assert _row(view_of(world, TODAY), "4.3").state is State.PRESENT
    later = Instant(TODAY + 12 * 3_600_000_000)
    assert _row(view_of(world, later), "4.3").state is State.STALE


def test_what_runs_makes_no_record_present_and_the_other_way_round() -> None:
    bare = ManagedWorkspace().remove("measurement").remove("objectives")
    without = view_of(bare)
    shown = view_of(bare, figures=FIGURES)
    seen, unseen = ({r.clause: r.state for r in one.rows} for one in (shown, without))
    assert {clause for clause in seen if seen[clause] is not unseen[clause]} == {"8.1"}
    assert all(row.runtime is None for row in without.rows)
    measured = _row(shown, "9.1")
    assert measured.state is State.MISSING
    assert [one.what for one in measured.runtime] == ["objective in-time: met, 97 %, of 40"]
    assert _row(shown, "6.3").runtime[0].ref == Ref(0, 1)


def test_the_text_names_each_clause_and_says_where_no_log_is() -> None:
    text = clauses_text(view_of(ManagedWorkspace()))
    assert all(f"\n{clause} " in f"\n{text}" for clause in REQUIRED)
    assert "no log at hand" in text
    assert "%" not in text.replace("95 %", "")
    shown = clauses_text(view_of(ManagedWorkspace(), figures=FIGURES))
    assert "control limits: enforced, fired 7 times, captured (record 0/8)" in shown
    assert "1 released plan, captured (record 0/1)" in shown


def test_the_json_has_what_is_lacking() -> None:
    value = view_of(ManagedWorkspace().remove("review"), figures=FIGURES).json()
    assert value["lacking"] == ["9.3.3"]
    (row,) = [row for row in value["clauses"] if row["clause"] == "9.3.3"]
    assert row["records"][0]["state"] == "missing"
    assert row["runtime"] == []
