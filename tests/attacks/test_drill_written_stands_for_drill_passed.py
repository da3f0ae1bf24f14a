"""A drill that was written, and that fails, is offered as evidence of class `test`, captured.

A drill in the files says what should happen. Its outcome is not looked at here, so it fills no
class, and nothing says that it was captured.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.applicability.view import applicability_view
from watchkeeper.plan.views.clauses.annex import annex_text, annex_view
from watchkeeper.plan.views.frameworks.support import Seen
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.standards.catalogue import annex_a
from watchkeeper.standards.items import Item

NEEDED = next(one.id for one in annex_a().values() if "test" in one.evidence)
SAID = "a drill is written, its outcome was not looked at: drill too-much"


@pytest.fixture(params=["captured", "reconstructed", "attested"])
def world(request: pytest.FixtureRequest) -> ManagedWorkspace:
    drill: dict[str, Any] = {"class": "test", "origin": request.param, "drill": "too-much"}
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = [drill] if row["control"] == NEEDED else ""
    return world


def test_it_fills_no_class_of_annex_a(world: ManagedWorkspace) -> None:
    (row,) = [one for one in annex_view(world.register(), None) if one.control == NEEDED]
    assert row.items == ()
    assert "test" in row.missing
    assert f"in words, for no class: {SAID}" in annex_text((row,), log=False)


def test_it_supports_no_item_of_a_framework(world: ManagedWorkspace) -> None:
    seen = Seen(world.register(), None, "desk", TODAY)
    support = seen.support(Item(NEEDED, "iso42001", "control", "A title", "What it asks."))
    assert [(one.kind, one.origin, one.what) for one in support.evidence] == [
        ("words", "attested", SAID)
    ]
    assert f"{NEEDED}: no evidence of class test" in support.missing


def test_the_statement_does_not_say_that_it_was_captured(world: ManagedWorkspace) -> None:
    view = applicability_view(world.register(), None, TODAY)
    assert view is not None
    (row,) = [one for one in view.rows if one.control == NEEDED]
    assert row.evidence == (SAID,)


def test_lint_names_it(world: ManagedWorkspace, tmp_path: Path) -> None:
    found = lint_workspace(world.write(tmp_path)).findings
    assert "drill-without-outcome" in {one.code for one in found}
