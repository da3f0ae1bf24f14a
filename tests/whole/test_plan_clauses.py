"""An auditor's list, asked of the example and of every starting point: no gap without a name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from watchkeeper.plan.draft.basis import look, note_assessed
from watchkeeper.plan.draft.signing_off import sign_off
from watchkeeper.plan.draft.starts.begin import STARTS, begin
from watchkeeper.plan.draft.starts.own import Own
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.views.clauses.standing import State
from watchkeeper.plan.views.clauses.view import ClausesView, clauses_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.standards.clauses import required_records

AT: Instant = parse_instant("2026-11-23T12:00:00.000000Z")
EXAMPLE = Path(__file__).parents[2] / "examples" / "refund-desk" / "aims"
HAPPENS = ["7.2", "8.1", "8.3", "9.1", "9.2.2", "9.3.3", "10.2"]
"""What can only be written down once it has happened."""


def _view(folder: Path) -> ClausesView:
    linted = lint_workspace(folder, AT)
    assert linted.register is not None
    return clauses_view(linted.register, linted.bundle, AT)


def _named(view: ClausesView) -> bool:
    return all(
        any(one.state is row.state and one.why and one.file for one in row.records)
        for row in view.lacking
    )


def test_the_example_names_what_it_lacks() -> None:
    view = _view(EXAMPLE)
    assert [row.clause for row in view.rows if row.required] == [
        row.clause for row in required_records()
    ]
    assert {"4.3", "5.2", "6.1.3", "6.2"} & {
        r.clause for r in view.rows if r.state is State.PRESENT
    }
    assert view.lacking
    assert _named(view)


@pytest.mark.parametrize("start", STARTS)
def test_a_starting_point_lacks_only_what_has_not_happened_yet(start: str, tmp_path: Path) -> None:
    begin(tmp_path, start, Own("An organisation", "an.example/desk"), date(2026, 11, 23), ["true"])
    before = _view(tmp_path)
    assert {row.state for row in before.lacking} == {
        State.MISSING,
        State.INCOMPLETE,
        State.NOT_APPROVED,
    }
    assert _named(before)
    looked = look(lint_workspace(tmp_path), start)
    note_assessed(tmp_path, ["assessment", "impact"], looked, ("me", "2026-11-23"))
    workspace = lint_workspace(tmp_path).workspace
    assert workspace is not None
    done = sign_off(workspace, (), "me", "2026-11-23")
    write_together(tmp_path, done.texts, done.read)
    after = _view(tmp_path)
    assert [row.clause for row in after.lacking] == HAPPENS
    assert {row.state for row in after.lacking} == {State.MISSING}
    assert _named(after)
