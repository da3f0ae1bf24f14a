"""What is wrong with a record is named, in its file, by its code."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.lint.management.rules import check_dates, check_management
from watchkeeper.plan.lint.names import names_of
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.day import after_day
from watchkeeper.records.instant import Instant


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = ManagedWorkspace().write(tmp_path_factory.mktemp("aims"))
    linted = lint_workspace(folder)
    assert linted.workspace is not None
    assert linted.findings == ()
    return linted.workspace


def found_in(world: ManagedWorkspace, loaded: Workspace, at: Instant = TODAY) -> list[Finding]:
    workspace, report = world.workspace(loaded), Report()
    check_management(workspace, names_of(workspace), report)
    check_dates(workspace, names_of(workspace), at, report)
    return report.findings


def _codes(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.file, finding.code) for finding in findings}


_LATE_AUDIT = {
    "planned": [
        {"id": "2026", "by": "2026-10-31", "scope": "x"},
        {"id": "b", "by": "2026-11-01", "scope": "x"},
    ]
}
_UNKNOWN_NEED = {"held": [{"need": "x", "person": "ana", "evidence": "y", "on": "2026-01-01"}]}
_ROW = {"control": "limits", "applicable": "in", "status": "implemented"}
_BOUND_TO_NOTHING = {"rows": [{**_ROW, "bindings": [{"policy": "gone"}]}]}
_RISK = {
    "treatment": {"option": "modify", "controls": ["limits"]},
    "residual": {"likelihood": 3, "consequence": 3},
}


@pytest.mark.parametrize(
    ("kind", "id_", "keys", "code"),
    [
        ("scope", "", {"owner": None}, "no-owner"),
        ("scope", "", {"review_by": None}, "no-review-date"),
        ("scope", "", {"approved_by": None}, "not-approved"),
        ("scope", "", {"approved": None}, "no-approval-day"),
        ("scope", "", {"approved": "2027-07-01"}, "approved-after-review"),
        ("scope", "", {"approved": "2026-11-24"}, "in-the-future"),
        ("scope", "", {"approved_digest": "0" * 64}, "changed-since-approval"),
        ("scope", "", {"version": "say: which"}, "left-as-template"),
        ("scope", "", {"review_by": "2026-11-22"}, "overdue"),
        ("methods", "", {"impact": None}, None),
        ("risk", "overpaid", {"treatment": None}, "no-treatment"),
        ("risk", "overpaid", {"treatment": {"option": "modify"}}, "untreated"),
        ("risk", "overpaid", {"signals": []}, "no-signal"),
        ("methods", "", {"opportunities": []}, "no-opportunities"),
        ("methods", "", {"opportunities": [{"what": "Sooner."}]}, "opportunity-unplanned"),
        ("methods", "", {"no_opportunities": "We looked."}, "contrary"),
        ("risk", "overpaid", {"likelihood": None}, "not-rated"),
        ("risk", "overpaid", {"likelihood": 2}, "off-scale"),
        ("risk", "overpaid", _RISK, "residual-not-accepted"),
        ("risk", "overpaid", {"assessed": "2027-01-01"}, "in-the-future"),
        ("impact", "desk", {"triggers": {"off": ["new-tool"]}}, "off-without-why"),
        ("impact", "desk", {"review_by": "2026-11-22"}, "overdue"),
        ("competence", "", {"held": []}, "no-competence"),
        ("competence", "", {"awareness": []}, "not-aware"),
        ("audit", "2026", {"impartial": None}, "audit-incomplete"),
        ("audit", "2026", {"reported": None}, "audit-incomplete"),
        ("audits", "", {"planned": []}, None),
        ("audits", "", _LATE_AUDIT, "overdue"),
        ("review", "2026-2", {"inputs": {}}, "review-incomplete"),
        ("review", "2026-2", {"decisions": []}, "review-incomplete"),
        ("review", "2026-2", {"next_by": None}, "no-review-date"),
        ("review", "2026-2", {"next_by": "2026-11-01"}, "overdue"),
        ("finding", "late-note", {"cause": None}, "finding-incomplete"),
        ("finding", "late-note", {"actions": []}, "finding-incomplete"),
        ("finding", "late-note", {"closed": "2026-11-01"}, "closed-unchecked"),
        ("finding", "late-note", {"closed": "2026-10-01"}, "dates-contrary"),
        ("finding", "late-note", {"effect": {"by": "2026-11-01"}}, "overdue"),
        ("finding", "late-note", {"source": "runtime"}, "no-record-place"),
        ("certificate", "ours", {"expires": "2026-11-01"}, "overdue"),
        ("control", "limits", {"review_by": "2026-11-01"}, "overdue"),
        ("control", "limits", {"risks": ["unheard-of"]}, "risk-not-recorded"),
    ],
)  # fmt: skip
def test_a_gap_is_named_in_its_file(
    kind: str, id_: str, keys: dict[str, Any], code: str | None, loaded: Workspace
) -> None:
    world = ManagedWorkspace().change(kind, id_, **copy.deepcopy(keys))
    found = found_in(world, loaded)
    assert found
    assert {finding.severity for finding in found} == {Severity.MANAGEMENT}
    if code is not None:
        file = world.workspace(loaded).management.of(kind) or world.workspace(loaded).controls
        assert (file[id_].file, code) in _codes(found)


def test_who_stands_in_for_a_role_needs_what_its_holders_need(loaded: Workspace) -> None:
    found = found_in(ManagedWorkspace().change("aims", "", deputies={"lead": ["cleo"]}), loaded)
    (said,) = (one.message for one in found if one.code == "no-competence")
    assert said == "`cleo` stands in for holders of `lead` without evidence of `paying-well`"


def test_somebody_answers_for_each_objective(loaded: Workspace) -> None:
    world = ManagedWorkspace()
    del world.records["objectives", ""]["objectives"][0]["owner"]
    found = [one.message for one in found_in(world, loaded) if one.code == "no-owner"]
    assert found == ["nobody answers for the objective `in-time`"]


def test_who_does_not_know_a_document_is_named_one_by_one(loaded: Workspace) -> None:
    found = found_in(ManagedWorkspace().change("competence", "", awareness=[]), loaded)
    (said,) = (one.message for one in found if one.code == "not-aware")
    assert re.fullmatch(r"nothing says that `\w+`(, `\w+`)+ know `[\w-]+`", said)


@pytest.mark.parametrize(
    ("kind", "id_", "keys", "named"),
    [
        ("scope", "", {"owner": "zoe"}, "zoe"),
        ("risk", "overpaid", {"systems": ["shop"]}, "shop"),
        ("risk", "overpaid", {"treatment": {"option": "modify", "controls": ["none"]}}, "none"),
        ("risk", "overpaid", {"signals": [{"objective": "other"}]}, "other"),
        ("risk", "overpaid", {"signals": [{"policy": "above-limits"}]}, "above-limits"),
        ("impact", "desk", {"risks": ["gone"]}, "gone"),
        ("impact", "desk", {"triggers": {"drift": "gone"}}, "gone"),
        ("competence", "", _UNKNOWN_NEED, "x"),
        ("audit", "2026", {"findings": ["gone"]}, "gone"),
        ("finding", "late-note", {"follows": "gone"}, "gone"),
        ("finding", "late-note", {"control": "A.99.1"}, "A.99.1"),
        ("supplier", "modelhouse", {"certificates": ["gone"]}, "gone"),
        ("sentences", "ai-policy", {"document": "gone"}, "gone"),
        ("drill", "too-much", {"tool": "bank/rob"}, "bank/rob"),
        ("control", "limits", {"expects": ["gone"]}, "gone"),
        ("control", "limits", {"claims": [{"says": "x", "drill": "gone"}]}, "gone"),
        ("soa", "", _BOUND_TO_NOTHING, "gone"),
        ("aims", "", {"releases": {"approvals": [{"role": "nobody"}]}}, "nobody"),
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_stops_a_release(
    kind: str, id_: str, keys: dict[str, Any], named: str, loaded: Workspace
) -> None:
    found = found_in(ManagedWorkspace().change(kind, id_, **copy.deepcopy(keys)), loaded)
    stops = [finding for finding in found if finding.severity is Severity.SAFETY]
    assert {finding.code for finding in stops} == {"unknown-reference"}
    assert any(f"`{named}`" in finding.message for finding in stops)


def _rows(**keys: Any) -> dict[str, Any]:
    world = ManagedWorkspace()
    rows = world.records["soa", ""]["rows"]
    return {"rows": [{**rows[0], **keys}, *rows[1:]]}


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"status": "sequenced", "by": "2026-12-01"}, None),
        ({"status": "sequenced", "by": "2026-11-23"}, None),
        ({"status": "sequenced", "by": "2026-11-22"}, "row-overdue"),
        ({"status": "sequenced"}, "no-date"),
        ({"status": "sequenced", "by": "2026-12-01", "owner": ""}, "no-owner"),
        ({"status": "planned"}, "no-date"),
        ({"status": "partial"}, "no-date"),
        ({"status": "not-applicable"}, "contrary"),
    ],
)
def test_a_row_says_who_and_until_when(
    keys: dict[str, Any], code: str | None, loaded: Workspace
) -> None:
    found = found_in(ManagedWorkspace().change("soa", "", **_rows(**keys)), loaded)
    assert {finding.code for finding in found} == ({code} if code else set())


def test_what_is_not_there_at_all_is_named_by_its_clause(loaded: Workspace) -> None:
    world = ManagedWorkspace().remove("audits").remove("scope").remove("impact")
    messages = [f.message for f in found_in(world, loaded) if f.code == "no-record"]
    assert [message.partition(" ")[0] for message in messages] == ["4.3", "8.4", "9.2.2"]


@pytest.mark.parametrize(
    ("kind", "day", "named"),
    [
        ("review", "2027-10-01", set()),
        ("review", "2027-10-02", {"no management review"}),
        ("measurement", "2026-10-31", set()),
        ("measurement", "2026-11-01", {"nothing was measured"}),
    ],
)
def test_what_never_happened_is_overdue_after_its_time(
    kind: str, day: str, named: set[str], loaded: Workspace
) -> None:
    world = ManagedWorkspace().remove(kind)
    findings = found_in(world, loaded, Instant(after_day(day) - 1))
    assert "no-record" not in {finding.code for finding in findings}
    never = {f.message.partition(",")[0] for f in findings if f.code == "never-done"}
    assert never == named


def test_a_treatment_without_a_result_is_overdue_after_half_a_year(loaded: Workspace) -> None:
    treatment = {"option": "modify", "controls": ["limits"]}
    world = ManagedWorkspace().change("risk", "overpaid", treatment=treatment)
    assert "never-done" not in {f.code for f in found_in(world, loaded)}
    later = Instant(after_day("2027-04-02"))
    assert ("risks/overpaid.yaml", "never-done") in _codes(found_in(world, loaded, later))


def test_evidence_expires_only_with_the_last_of_it(loaded: Workspace) -> None:
    held = {"need": "paying-well", "evidence": "trained", "on": "2025-01-01"}
    old = {**held, "person": "ana", "expires": "2026-01-01"}
    world = ManagedWorkspace()
    world.records["competence", ""]["held"].append(old)
    assert found_in(world, loaded) == []
    world.records["competence", ""]["held"] = [old, world.records["competence", ""]["held"][1]]
    assert {finding.code for finding in found_in(world, loaded)} == {"overdue"}


def test_a_policy_that_stands_for_another_control_is_named(tmp_path: Path) -> None:
    world = ManagedWorkspace().change("control", "other", id="other", statement="x", owner="ana")
    world.change("control", "other", annex_a=["A.9.2"], expects=["above-limit"])
    row = {"control": "other", "applicable": "in", "why": "x", "status": "not-planned"}
    world.records["soa", ""]["rows"].append({**row, "owner": "ana"})
    linted = lint_workspace(world.write(tmp_path))
    assert linted.bundle is not None
    assert {f.code for f in linted.findings} == {"document-only", "expects-another"}


def test_dated_findings_are_marked_and_stay_out_of_the_plan(tmp_path: Path) -> None:
    world = ManagedWorkspace().change("scope", review_by="2026-11-22")
    folder = world.write(tmp_path)
    linted = lint_workspace(folder, TODAY)
    assert linted.bundle is not None
    assert ("overdue", True) in [(f.code, f.dated) for f in linted.findings]
    assert all(f.dated for f in linted.findings)
    assert linted.bundle.gaps == ()
    assert lint_workspace(folder).findings == ()
