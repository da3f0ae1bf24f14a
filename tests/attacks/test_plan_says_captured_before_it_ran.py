"""A plan is signed and published with evidence `captured` in it of what never ran.

A row names what the log, or a drill, has to show. Until somebody looks it up there it is named,
and that is all that a plan says of it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.ledger.plan_bundle import bundle_bytes
from watchkeeper.plan.views.applicability.render import (
    statement_csv,
    statement_html,
    statement_text,
)
from watchkeeper.plan.views.applicability.view import StatementView, applicability_view
from watchkeeper.plan.whole import lint_workspace

ROW = "A.9.4"
ITEMS: dict[str, dict[str, Any]] = {
    "runtime:named": {"class": "runtime", "origin": "captured", "control": "limits"},
    "test:named": {"class": "test", "origin": "captured", "drill": "too-much"},
    "document:attested": {"class": "document", "origin": "attested", "document": "ai-policy"},
    "human:attested": {"class": "human", "origin": "attested", "by": "ben"},
}


@pytest.mark.parametrize("said", list(ITEMS))
@pytest.mark.parametrize("origin", ["captured", "reconstructed"])
def test_it_says_named_of_what_was_not_looked_up(tmp_path: Path, said: str, origin: str) -> None:
    item = dict(ITEMS[said])
    if said.endswith(":named"):
        item["origin"] = origin
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = [item] if row["control"] == ROW else ""
    bundle = lint_workspace(world.write(tmp_path), TODAY).bundle
    assert bundle is not None
    (row,) = [one for one in bundle.applicability if one.control == ROW]
    assert row.evidence_classes == (said,)
    assert b"captured" not in bundle_bytes(bundle)


@pytest.mark.parametrize("render", [statement_text, statement_html, statement_csv])
@pytest.mark.parametrize("said", ["runtime:named", "test:named"])
def test_nor_does_the_statement_of_applicability(
    said: str, render: Callable[[StatementView], str]
) -> None:
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = [ITEMS[said]] if row["control"] == ROW else ""
    view = applicability_view(world.register(), None, TODAY)
    assert view is not None
    assert "captured" not in render(view)
    place = "control limits" if said == "runtime:named" else "drill too-much"
    assert place in render(view)
