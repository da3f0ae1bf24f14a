"""A row that names a control, a record or an objective of the log: named alone nothing ran.

Whoever writes the row can write down any place, and call it captured. The statement, on whatever
paper it is handed out, says that it was not looked up.
"""

from __future__ import annotations

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.exchange.xlsx.here import statement_sheet
from watchkeeper.plan.views.applicability.render import (
    statement_csv,
    statement_html,
    statement_text,
)
from watchkeeper.plan.views.applicability.view import applicability_view

PLACES = {"control": "limits", "record": "0/7", "objective": "in-time"}


@pytest.mark.parametrize("origin", ["captured", "reconstructed"])
@pytest.mark.parametrize("place", PLACES)
def test_no_statement_says_that_it_was_captured(place: str, origin: str) -> None:
    item = {"class": "runtime", "origin": origin, place: PLACES[place], "on": "2026-11-01"}
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = [item]
    register = world.register()
    view = applicability_view(register, None, TODAY)
    assert view is not None
    sheet = str(statement_sheet(register, view).shown)
    for said in (statement_text(view), statement_html(view), statement_csv(view), sheet):
        assert f"runtime, {origin}" not in said
        assert "was not looked up in the log" in said
