"""The statement of applicability: version, approval, rows, what is overdue, what changed."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.register.approval import said_digest
from watchkeeper.plan.views.applicability.compare import compare_statements, diff_text
from watchkeeper.plan.views.applicability.render import (
    COLUMNS,
    statement_csv,
    statement_html,
    statement_text,
)
from watchkeeper.plan.views.applicability.view import StatementView, applicability_view


def view_of(world: ManagedWorkspace) -> StatementView:
    view = applicability_view(world.register(), None, TODAY)
    assert view is not None
    return view


def _changed(**keys: Any) -> ManagedWorkspace:
    world = ManagedWorkspace()
    world.records["soa", ""]["rows"][0].update(keys)
    return world


def test_it_has_a_row_for_each_control_and_says_who_approved_it() -> None:
    view = view_of(ManagedWorkspace())
    assert len(view.rows) == 39
    assert (view.version, view.owner, view.review_by) == ("1", "ana", "2027-06-30")
    assert view.approved
    assert view.rows[-1].title == "Pays within limits."


def test_a_row_that_decides_nothing_is_named() -> None:
    view = view_of(_changed(applicable="undetermined"))
    assert view.open == {"A.2.2": "undetermined"}
    assert "Left open: undetermined: A.2.2" in statement_text(view)
    assert "undetermined: A.2.2" in statement_html(view)


@pytest.mark.parametrize(
    ("keys", "approved", "said"),
    [
        ({"approved_by": None}, False, "not approved"),
        ({"approved_digest": "0" * 64}, False, "changed since ben approved it"),
        ({}, True, "approved by ben on 2026-10-01"),
    ],
)
def test_an_approval_holds_for_the_rows_that_it_names(
    keys: dict[str, Any], approved: bool, said: str
) -> None:
    view = view_of(ManagedWorkspace().change("soa", "", **keys))
    assert view.approved is approved
    assert said in view.approval


def test_an_approval_that_names_no_rows_is_none() -> None:
    world = ManagedWorkspace()
    world.signs = False
    view = view_of(world)
    assert not view.approved
    assert "of which rows is not said" in view.approval


def test_an_approval_with_its_digest_is_broken_by_any_row() -> None:
    world = ManagedWorkspace()
    world.change("soa", "", approved_digest=said_digest(world.records["soa", ""]))
    assert view_of(world).approval == "approved by ben on 2026-10-01"
    world.records["soa", ""]["rows"][7]["why"] = "Another reason."
    assert not view_of(world).approved


@pytest.mark.parametrize(
    ("keys", "overdue"),
    [
        ({"status": "sequenced", "by": "2026-11-22"}, True),
        ({"status": "sequenced", "by": "2026-11-23"}, False),
        ({"status": "implemented", "by": "2026-11-22"}, False),
    ],
)
def test_a_sequenced_row_is_overdue_after_its_day(keys: dict[str, Any], overdue: bool) -> None:
    view = view_of(_changed(**keys))
    assert [row.control for row in view.overdue] == ["A.2.2"] * overdue
    assert ("overdue" in statement_csv(view)) is overdue
    assert view.json()["overdue"] == ["A.2.2"] * overdue


def test_evidence_and_bindings_stand_in_words() -> None:
    evidence = [
        {"class": "document", "origin": "attested", "document": "ai-policy", "on": "2026-10-01"},
        {"class": "human", "origin": "attested", "by": "ana", "note": "I read it."},
    ]
    view = view_of(_changed(evidence=evidence, bindings=[{"policy": "looks"}], risks=["overpaid"]))
    row = view.rows[0]
    assert row.evidence == (
        "document, attested; document ai-policy; 2026-10-01",
        "human, attested; by ana; I read it.",
    )
    assert row.bindings == ("policy looks",)
    assert "risks overpaid" in statement_text(view)


def test_the_table_reads_back_with_a_line_for_each_row() -> None:
    view = view_of(_changed(why='Because, "quoted";\nand more.'))
    lines = list(csv.reader(io.StringIO(statement_csv(view), newline="")))
    assert tuple(lines[0]) == COLUMNS
    assert [line[0] for line in lines[1:]] == [row.control for row in view.rows]
    assert lines[1][3] == 'Because, "quoted";\nand more.'


def test_the_page_has_every_row() -> None:
    view = view_of(ManagedWorkspace())
    page = statement_html(view)
    assert page.count("<tr") == len(view.rows) + 1
    assert "default-src 'none'" in page
    assert "<script" not in page


def test_what_changed_is_named_by_row_and_key() -> None:
    before, after = view_of(ManagedWorkspace()), _changed(status="sequenced", by="2027-01-31")
    after.records["soa", ""]["rows"].pop()
    diff = compare_statements(before, view_of(after))
    assert [(row.control, row.kind) for row in diff.rows] == [
        ("limits", "gone"),
        ("A.2.2", "changed"),
    ]
    assert diff.rows[1].changes == (
        ("status", "implemented", "sequenced"),
        ("by", "", "2027-01-31"),
    )
    assert diff.same_version
    assert "same version" in diff_text(diff)
    after.change("soa", "", version="2")
    assert not compare_statements(before, view_of(after)).same_version


def test_nothing_changed_is_said() -> None:
    view = view_of(ManagedWorkspace())
    said = diff_text(compare_statements(view, view)).splitlines()
    assert said[-1] == "no row changed"
    assert said[:2] == [f"{when}: version 1, {view.approval}" for when in ("before", "after ")]


def test_without_one_there_is_no_view() -> None:
    assert applicability_view(ManagedWorkspace().remove("soa").register(), None, TODAY) is None
