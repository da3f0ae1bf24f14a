"""A row of the statement of applicability holds a formula, which a spreadsheet would run.

Every cell of the table that would begin one is text.
"""

from __future__ import annotations

import csv
import io

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.applicability.render import statement_csv
from watchkeeper.plan.views.applicability.view import applicability_view

FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", '=HYPERLINK("https://x.example")', "=cmd|' /C x'!A0"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_begins_a_formula(formula: str) -> None:
    world = ManagedWorkspace()
    world.records["soa", ""]["rows"][0].update(why=formula, owner=formula, evidence=formula)
    world.change("control", "limits", title=formula)
    view = applicability_view(world.register(), None, TODAY)
    assert view is not None
    rows = list(csv.reader(io.StringIO(statement_csv(view), newline="")))
    cells = [cell for row in rows for cell in row]
    assert any(formula in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
