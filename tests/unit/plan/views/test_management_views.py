"""Risks, scope and one control, as views of a plan and its register."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.control import ControlView, control_view
from watchkeeper.plan.views.risks import risks_view
from watchkeeper.plan.views.scope import scope_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.figures import (
    ControlFigure,
    Figures,
    ObjectiveFigure,
    SignalFigure,
    Unlisted,
)
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref

Made = tuple[Register, Bundle]
LATER = parse_instant("2028-01-01T00:00:00.000000Z")
FIGURES = Figures(
    "captured",
    9,
    controls=(ControlFigure("limits", "enforced", 3, Ref(0, 4)),),
    objectives=(ObjectiveFigure("in-time", "met", "97 % (38 of 39)", 39, Ref(0, 8)),),
    unlisted=(Unlisted("tool", "bank/drain", 2, Ref(0, 5)),),
    signals=(SignalFigure("overpaid", "more than 5", Ref(0, 6)),),
)


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[[ManagedWorkspace], Made]:
    def compile_(workspace: ManagedWorkspace) -> Made:
        found = lint_workspace(workspace.write(tmp_path / "aims"))
        assert found.bundle is not None, found.findings
        assert found.register is not None
        return found.register, found.bundle

    return compile_


def _control(made: Made, name: str = "limits", **changes: Any) -> ControlView:
    given = {"figures": FIGURES, "at": TODAY, **changes}
    found = control_view(name, *made, **given)
    assert found is not None
    return found


def test_the_matrix_holds_each_risk_where_it_is_and_where_it_was(compiled: Any) -> None:
    view = risks_view(*compiled(ManagedWorkspace()), TODAY, FIGURES)
    assert [row.step.value for row in view.before] == [3, 1]
    assert [step.name for step in view.consequences] == ["small", "large"]
    assert view.before[0].cells[1].risks == ("overpaid",)
    assert view.after[1].cells[1].risks == ("overpaid",)
    levels = {(c.level.product, c.level.name, c.level.accepted) for c in view.after[0].cells}
    assert levels == {(3, "low", True), (9, "high", False)}
    (row,) = view.rows
    assert (row.accepted, row.overdue, row.signals) == (True, (), 1)
    assert [one.says for one in row.showing] == ["more than 5"]


def test_a_step_that_is_on_no_scale_is_there_all_the_same(compiled: Any) -> None:
    aims = ManagedWorkspace().change("risk", "overpaid", likelihood=5)
    assert [row.step.value for row in risks_view(*compiled(aims), TODAY).before] == [5, 3, 1]


def test_what_is_overdue_and_what_nobody_accepted(compiled: Any) -> None:
    treatment = {"option": "modify", "actions": [{"what": "Cap it.", "by": "2027-01-01"}]}
    left = {"likelihood": 3, "consequence": 3}
    aims = ManagedWorkspace().change("risk", "overpaid", treatment=treatment, residual=left)
    made = compiled(aims)
    (row,) = risks_view(*made, TODAY).rows
    assert (row.accepted, row.overdue) == (False, ())
    (row,) = risks_view(*made, LATER).rows
    assert row.overdue == (
        "to be looked at again by 2027-06-30",
        "Cap it. (by 2027-01-01)",
    )
    view = risks_view(*made, LATER)
    assert (view.log, row.showing) == (False, ())


def test_the_largest_that_is_left_comes_first(compiled: Any) -> None:
    aims = ManagedWorkspace()
    aims.change("risk", "worse", id="worse", title="Worse", likelihood=1, consequence=1)
    aims.change("risk", "worst", id="worst", title="Worst", likelihood=3, consequence=3)
    rows = risks_view(*compiled(aims), TODAY).rows
    assert [row.id for row in rows] == ["worst", "overpaid", "worse"]


def test_the_scope_with_and_without_a_register(compiled: Any) -> None:
    register, bundle = compiled(ManagedWorkspace())
    view = scope_view(register, bundle, TODAY, FIGURES)
    assert [(row.kind, row.id) for row in view.covered] == [
        ("unit", "payments"),
        ("site", "main"),
        ("process", "paying"),
    ]
    assert view.interfaces[0].theirs == "The bank"
    assert [(one.what, one.name) for one in view.unlisted] == [("tool", "bank/drain")]
    assert [one.id for one in view.systems[0].agents] == ["payer"]
    bare = scope_view(None, bundle, TODAY)
    assert (bare.written, bare.covered, bare.log) == (False, (), False)
    assert bare.systems == view.systems


def test_a_control_with_all_that_hangs_on_it(compiled: Any) -> None:
    aims = ManagedWorkspace()
    sentence = {"anchor": "3f9a1c20", "says": "Agents must not.", "control": "limits"}
    aims.change("sentences", "ai-policy", sentences=[sentence])
    claims = ["It holds.", {"says": "It is quick.", "objective": "in-time"}]
    aims.change("control", "limits", claims=claims, review_by="2027-01-01", title="Limits")
    made = compiled(aims)
    view = _control(made)
    assert (view.title, view.annex, view.overdue) == ("Limits", False, False)
    assert [one.id for one in view.risks] == ["overpaid"]
    assert [one.id for one in view.drills] == ["too-much"]
    assert view.drills[0].says == "Too much at once: must end in block"
    assert [(one.says, one.objective) for one in view.claims] == [
        ("It holds.", ""),
        ("It is quick.", "in-time"),
    ]
    assert view.sentences[0].says == "Agents must not."
    assert view.policies
    assert {one.id for one in view.policies} <= {one.id for one in made[1].policies}
    assert view.objectives[0].figure == FIGURES.objectives[0]
    assert view.figure == FIGURES.controls[0]
    assert _control(made, at=LATER).overdue
    assert _control(made, figures=None).figure is None


def test_a_row_of_the_statement_of_applicability(compiled: Any) -> None:
    item = {"class": "runtime", "origin": "captured", "on": "2026-11-01", "control": "limits"}
    aims = ManagedWorkspace()
    rows = [
        {**row, "evidence": [item], "bindings": [{"objective": "in-time"}]}
        if row["control"] == "limits"
        else row
        for row in aims.records["soa", ""]["rows"]
    ]
    view = _control(compiled(aims.change("soa", rows=rows)))
    assert view.applies is not None
    (evidence,) = view.applies.evidence
    assert (evidence.kind, evidence.origin, evidence.where) == (
        "words",
        "attested",
        "control limits",
    )
    assert "not looked up" in evidence.note
    assert [(one.id, one.says) for one in view.applies.bindings] == [("in-time", "objective")]


def test_a_control_of_annex_a_names_ours_and_scores_nothing(compiled: Any) -> None:
    made = compiled(ManagedWorkspace())
    named = made[1].controls[0].annex_a
    view = _control(made, named[0] if named else "A.6.2.8")
    assert view.annex
    assert view.statement
    assert view.evidence_classes
    assert [one.id for one in view.own] == (["limits"] if named else [])
    assert view.figure is None


def test_a_control_that_is_none(compiled: Any) -> None:
    register, bundle = compiled(ManagedWorkspace())
    assert control_view("A.99.9", register, bundle, TODAY) is None
