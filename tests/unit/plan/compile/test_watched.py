"""What a plan watches of the management system: since when each thing counts, for whom, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.day import after_day, day_of
from watchkeeper.records.instant import render_instant
from watchkeeper.records.plan.management.state import Management, Topic, Watched

Found = dict[str, tuple[str | None, tuple[str, ...], tuple[str, ...]]]


def management(workspace: ManagedWorkspace, tmp_path: Path) -> Management:
    found = compile_folder(workspace.write(tmp_path)).management
    assert found is not None
    return found


def watched(workspace: ManagedWorkspace, tmp_path: Path, topic: Topic) -> Found:
    """By id: from which day on, why already, for which systems."""
    some = [one for one in management(workspace, tmp_path).watched if one.topic is topic]
    return {one.id: (_day(one), one.since, one.systems) for one in some}


def _day(one: Watched) -> str | None:
    return (
        None if one.until is None else render_instant(one.until).removesuffix("T00:00:00.000000Z")
    )


def test_everything_that_has_a_day_is_watched_from_the_day_after(tmp_path: Path) -> None:
    found = management(ManagedWorkspace(), tmp_path)
    assert {(one.topic, one.id): _day(one) for one in found.watched} == {
        (Topic.IMPACT, "desk"): "2027-07-01",
        (Topic.RISK, "desk"): "2027-07-01",
        (Topic.FINDING, "late-note"): "2027-01-16",
        (Topic.COMPETENCE, "paying-well"): "2027-09-02",
        (Topic.MANAGEMENT_REVIEW, "management-review"): "2027-05-01",
        (Topic.INTERNAL_AUDIT, "2027"): "2027-11-01",
        (Topic.CERTIFICATE, "ours"): "2029-01-10",
        (Topic.DOCUMENT, "ai-policy"): "2027-07-01",
        (Topic.DOCUMENT, "running"): "2027-07-01",
    }


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"closed": "2026-11-01"}, {}),
        ({"actions": [], "effect": None}, {"late-note": (None, (), ("desk",))}),
        (
            {"actions": [{"what": "Tell.", "by": "2027-01-15", "done": "2026-10-30"}]},
            {"late-note": ("2027-04-01", (), ("desk",))},
        ),
        ({"systems": []}, {"late-note": ("2027-01-16", (), ())}),
    ],
)
def test_a_finding_counts_by_the_first_day_that_is_still_open(
    tmp_path: Path, keys: dict[str, Any], found: Found
) -> None:
    workspace = ManagedWorkspace().change("finding", "late-note", **keys)
    assert watched(workspace, tmp_path, Topic.FINDING) == found


@pytest.mark.parametrize(
    ("held", "until", "since"),
    [
        ([("ana", "2026-09-01", "2027-09-01")], "2027-09-02", ("missing",)),
        ([], None, ("missing",)),
        ([("ana", "2026-09-01", None), ("ben", "2026-09-01", None)], None, ()),
        (
            [
                ("ana", "2026-09-01", "2026-12-01"),
                ("ana", "2026-10-01", "2027-02-01"),
                ("ben", "2026-09-01", "2027-09-01"),
            ],
            "2027-02-02",
            (),
        ),
    ],
)
def test_competence_counts_once_any_holder_lacks_valid_evidence(
    tmp_path: Path, held: list[tuple[str, str, str | None]], until: str, since: tuple[str, ...]
) -> None:
    rows = [
        {"need": "paying-well", "person": who, "evidence": "trained", "on": on}
        | ({"expires": ends} if ends else {})
        for who, on, ends in held
    ]
    workspace = ManagedWorkspace().change("competence", held=rows)
    found = management(workspace, tmp_path).watched
    (one,) = [one for one in found if one.topic is Topic.COMPETENCE]
    assert (_day(one), one.since, one.roles) == (until, since, ("lead",))
    assert "ana" not in str(one)


def test_evidence_is_good_as_long_as_the_need_says(tmp_path: Path) -> None:
    need = {"id": "paying-well", "role": "lead", "what": "Knows the limits.", "renew": "90d"}
    workspace = ManagedWorkspace().change("competence", needs=[need])
    found = watched(workspace, tmp_path, Topic.COMPETENCE)
    assert found == {"paying-well": ("2026-12-01", (), ())}


def test_a_first_review_is_due_as_soon_as_audits_are_planned(tmp_path: Path) -> None:
    """A year after the scope was approved; else by the first audit; else at once."""
    workspace = ManagedWorkspace().remove("review")
    found = watched(workspace, tmp_path / "a", Topic.MANAGEMENT_REVIEW)
    assert found == {"management-review": ("2027-10-02", (), ())}
    workspace.change("scope", approved=None)
    found = watched(workspace, tmp_path / "b", Topic.MANAGEMENT_REVIEW)
    first = min(one["by"] for one in workspace.records["audits", ""]["planned"])
    assert found == {"management-review": (day_of(after_day(first)), (), ())}
    workspace.change("audits", planned=[])
    found = watched(workspace, tmp_path / "c", Topic.MANAGEMENT_REVIEW)
    assert found == {"management-review": (None, ("missing",), ())}
    workspace.remove("audits").remove("audit")
    assert watched(workspace, tmp_path / "d", Topic.MANAGEMENT_REVIEW) == {}


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"status": "suspended"}, {"ours": ("2029-01-10", ("suspended",), ())}),
        ({"status": "unknown"}, {"ours": ("2029-01-10", ("unknown",), ())}),
        ({"supplier": "modelhouse"}, {"ours": ("2029-01-10", (), ("desk",))}),
    ],
)
def test_a_certificate_counts_for_whom_it_is_of_interest(
    tmp_path: Path, keys: dict[str, Any], found: Found
) -> None:
    workspace = ManagedWorkspace().change("certificate", "ours", **keys)
    assert watched(workspace, tmp_path, Topic.CERTIFICATE) == found


def test_a_document_that_was_changed_since_it_was_approved_counts_at_once(tmp_path: Path) -> None:
    workspace = ManagedWorkspace()
    workspace.files["documents/ai-policy.md"] = "Agents may pay what they like.\n"
    found = watched(workspace, tmp_path, Topic.DOCUMENT)
    assert found["ai-policy"] == ("2027-07-01", ("changed-since-approval",), ())
    assert found["running"] == ("2027-07-01", (), ())


def test_a_sequenced_row_counts_from_its_day_on(tmp_path: Path) -> None:
    workspace = ManagedWorkspace()
    rows = workspace.records["soa", ""]["rows"]
    rows[0].update({"status": "sequenced", "by": "2027-01-31"})
    rows[1].update({"status": "sequenced", "by": "2027-01-31", "applicable": "out"})
    found = watched(workspace, tmp_path, Topic.ROW)
    assert found == {rows[0]["control"]: ("2027-02-01", (), ())}


def test_a_system_that_writes_needs_its_assessments(tmp_path: Path) -> None:
    workspace = ManagedWorkspace().remove("impact").remove("assessment")
    impact = watched(workspace, tmp_path / "a", Topic.IMPACT)
    risk = watched(workspace, tmp_path / "b", Topic.RISK)
    assert impact == risk == {"desk": (None, ("missing",), ("desk",))}


@pytest.mark.parametrize(
    ("on", "met", "stale"),
    [("2026-10-01", False, True), ("2026-10-01", True, False), ("2026-08-31", False, False)],
)
def test_drift_is_the_newest_measurement_after_the_assessment(
    tmp_path: Path, on: str, met: bool, stale: bool
) -> None:
    workspace = ManagedWorkspace().change("impact", "desk", triggers={"drift": "in-time"})
    row = {**workspace.records["measurement", "2026-q3"]["rows"][0], "met": met}
    workspace.change("measurement", "2026-q3", on=on, rows=[row])
    (found,) = watched(workspace, tmp_path, Topic.IMPACT).values()
    assert ("drift" in found[1]) is stale
