"""A procedure on how processes are run is offered as evidence that they ran (8.1).

The document stays shown as what it is; the clause is present only where the log holds decisions.
"""

from __future__ import annotations

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.clauses.standing import State
from watchkeeper.plan.views.clauses.text import clauses_text
from watchkeeper.plan.views.clauses.view import ClauseRow, ClausesView, clauses_view
from watchkeeper.records.figures import Figures
from watchkeeper.records.reference import Ref

NOTHING_RAN = Figures(origin="captured", size=2, releases=1, release=Ref(0, 1))
RAN = Figures(origin="captured", size=9, decisions=7, last_decision=Ref(0, 8))


def _view(world: ManagedWorkspace, figures: Figures | None) -> ClausesView:
    return clauses_view(world.register(), None, TODAY, figures)


def _row(view: ClausesView) -> ClauseRow:
    return next(row for row in view.rows if row.clause == "8.1")


@pytest.mark.parametrize(
    ("figures", "why"), [(None, "no log at hand"), (NOTHING_RAN, "the log holds no decision")]
)
def test_a_procedure_alone_does_not_make_it_present(figures: Figures | None, why: str) -> None:
    view = _view(ManagedWorkspace(), figures)
    row = _row(view)
    assert (row.state, row.lacking) == (State.MISSING, True)
    assert [(one.state, one.why) for one in row.records] == [
        (State.PRESENT, ""),
        (State.MISSING, why),
    ]
    assert f"the log: what ran; {why}" in clauses_text(view)


def test_what_ran_beside_a_procedure_makes_it_present() -> None:
    assert _row(_view(ManagedWorkspace(), RAN)).state is State.PRESENT


def test_what_ran_stands_for_no_procedure() -> None:
    row = _row(_view(ManagedWorkspace().remove("documents").remove("sentences"), RAN))
    assert row.state is State.MISSING
