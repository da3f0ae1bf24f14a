"""A finding closed, an audit or a review held on a day that is still to come counts as done now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.views.applicability.view import applicability_view
from watchkeeper.plan.views.clauses.standing import State, record_of
from watchkeeper.plan.views.ready.view import Progress, ready_view
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.codec import to_json
from watchkeeper.records.day import beginning
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import Management
from watchkeeper.verify.management.plans import counting, things_of

COMES = "2027-01-10"
LATE: dict[str, Any] = {"actions": [{"what": "Tell.", "by": "2026-11-01"}], "effect": None}
CASES: dict[str, tuple[str, str, dict[str, Any], tuple[str, str]]] = {
    "finding": ("finding", "late-note", LATE | {"closed": COMES}, ("finding", "late-note")),
    "audit": ("audit", "2026", {"on": COMES, "reported": COMES}, ("internal-audit", "2026")),
    "review": ("review", "2026-2", {"on": COMES}, ("management-review", "management-review")),
}


def _management(tmp_path: Path, kind: str, id_: str, keys: dict[str, Any]) -> Management:
    found = compile_folder(ManagedWorkspace().change(kind, id_, **keys).write(tmp_path)).management
    assert found is not None
    return found


def _counts(management: Management, at: Instant, topic: str) -> tuple[str, ...]:
    """What counts, and that the verifier works out the same."""
    raw = canonical_arguments({"management": to_json(management)})
    things = things_of(lambda _: raw, sha256_hex(raw))
    assert isinstance(things, tuple)
    mine = [one for one in things if not one.systems or "desk" in one.systems]
    found = management.at("desk", at).counting
    assert found == counting(pair for one in mine for pair in one.at(at))
    return found.get(topic, ())


@pytest.mark.parametrize("name", CASES)
def test_it_counts_until_its_day(name: str, tmp_path: Path) -> None:
    kind, id_, keys, (topic, counted) = CASES[name]
    management = _management(tmp_path, kind, id_, keys)
    assert _counts(management, TODAY, topic) == (counted,)
    assert _counts(management, beginning(COMES), topic) == ()


@pytest.mark.parametrize("name", CASES)
def test_what_was_done_late_and_is_done_counts_no_more(name: str, tmp_path: Path) -> None:
    kind, id_, keys, (topic, _) = CASES[name]
    done = {key: "2026-11-10" if value == COMES else value for key, value in keys.items()}
    assert _counts(_management(tmp_path, kind, id_, done), TODAY, topic) == ()


def test_an_audit_that_was_held_late_may_leave_the_programme(tmp_path: Path) -> None:
    world = ManagedWorkspace().change("audit", "2026", on="2026-11-10", reported="2026-11-10")
    before = compile_folder(world.write(tmp_path / "a"))
    (planned,) = [one for one in world.records["audits", ""]["planned"] if one["id"] != "2026"]
    after = compile_folder(world.change("audits", planned=[planned]).write(tmp_path / "b"))
    assert [one for one in diff_bundles(before, after).weakenings if "audit" in one] == []


@pytest.mark.parametrize(
    ("day", "progress"), [(COMES, Progress.OPEN), ("2026-11-20", Progress.DONE)]
)
def test_a_stage_is_done_when_its_day_has_come(day: str, progress: Progress) -> None:
    audits = [{"kind": "stage1", "date": "2026-11-01"}, {"kind": "stage2", "date": day}]
    world = ManagedWorkspace().change("certificate", "ours", audits=audits)
    world.records["measurement", "2026-q3"]["rows"][0]["window"]["start"] = "2026-07-01"
    (stage,) = [
        step
        for step in ready_view(world.register(), None, TODAY, "2027-06-01").steps
        if step.id == "stage-2"
    ]
    assert stage.progress is progress
    assert ("which is still to come" in stage.why) is (progress is Progress.OPEN)


@pytest.mark.parametrize(("day", "approved"), [(COMES, False), ("2026-11-20", True)])
def test_a_statement_is_approved_when_its_day_has_come(day: str, approved: bool) -> None:
    world = ManagedWorkspace().change("soa", "", approved=day)
    statement = applicability_view(world.register(), None, TODAY)
    found = record_of(world.register(), "soa", "", TODAY)
    assert statement is not None
    assert found is not None
    assert statement.approved is approved
    assert (found.state is State.PRESENT) is approved
