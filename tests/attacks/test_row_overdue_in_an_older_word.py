"""Attack: a row whose day has passed is renamed `partial`, and no longer overdue anywhere.

Every place that says that a row is overdue asks one rule: lint, the statement, the pages, the plan
of action, the spreadsheet's own sheet, and the fact that policies read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.said import said_by
from watchkeeper.plan.views.applicability.view import applicability_view
from watchkeeper.plan.views.control import control_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.plan.management.state import Topic

LATE = "2026-11-22"
OVERDUE: list[dict[str, Any]] = [
    {"status": status, "by": LATE}
    for status in ("sequenced", "partial", "planned", "not-implemented")
]
OVERDUE.append({"status": "partial", "by": LATE, "applicable": "undetermined"})
NOT: list[dict[str, Any]] = [
    {"status": status, "by": LATE} for status in ("implemented", "not-planned", "not-applicable")
]
NOT += [
    {"status": "sequenced", "by": LATE, "applicable": "out"},
    {"status": "partial", "by": "2026-11-23"},
    {"status": "partial"},
]


@pytest.mark.parametrize(
    ("says", "overdue"), [*((one, True) for one in OVERDUE), *((one, False) for one in NOT)]
)
def test_a_row_is_overdue_everywhere_or_nowhere(
    says: dict[str, Any], overdue: bool, tmp_path: Path
) -> None:
    world = ManagedWorkspace()
    world.records["soa", ""]["rows"][0].update(says)
    linted = lint_workspace(world.write(tmp_path), TODAY)
    assert linted.register is not None
    assert linted.bundle is not None
    assert linted.bundle.management is not None
    statement = applicability_view(linted.register, linted.bundle, TODAY)
    control = control_view("A.2.2", linted.register, linted.bundle, TODAY)
    documents = oscal_documents(said_by(linted.register, linted.bundle), TODAY)
    state = linted.bundle.management.at("desk", TODAY)
    assert statement is not None
    assert control is not None
    assert control.applies is not None
    found = {
        "lint": any(one.code == "row-overdue" for one in linted.findings),
        "statement": [row.control for row in statement.overdue] == ["A.2.2"],
        "page": control.applies.overdue,
        "plan of action": any(b"The row of A.2.2 is overdue" in raw for raw in documents.values()),
        "fact": "A.2.2" in state.counting.get(Topic.ROW.value, ()),
    }
    assert found == dict.fromkeys(found, overdue)
