"""The gap table, case by case: what happened, and the rows it gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.worlds import records as world
from watchkeeper.check.gap import GapRow, gap_table
from watchkeeper.records.action import Decision, Outcome, Reason
from watchkeeper.records.plan.systems import Stage

_CASES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("gap.yaml"))
_COUNTS = (
    *("allowed", "blocked", "escalated", "errors", "could_not_evaluate"),
    *("observed", "earlier", "traffic", "covered"),
)
_RAISED = Decision(
    Outcome.BLOCK, (Reason.FORBIDDEN,), ("no-export",), ("no-bulk-export",), ("no-export",)
)
_ONE_RAISED = Decision(
    Outcome.ALLOW, (Reason.PERMITTED,), ("grant.refunds",), ("refund-authority",), ("lookups",)
)
_NAMELESS = Decision(Outcome.BLOCK, (Reason.FORBIDDEN,), ("ghost",), ("nobody-wrote-it",))
_DID: dict[str, tuple[Decision, dict[str, Any]]] = {
    "permitted": (world.PERMITTED, {}),
    "beyond": (world.BEYOND, {}),
    "reviewed": (world.REVIEWED, {}),
    "forbidden": (world.FORBIDDEN, {"tool": "export"}),
    "unpinned": (world.UNPINNED, {}),
    "stranger": (world.STRANGER, {"agent": "who", "system": "who"}),
    "permitted in-process": (world.PERMITTED, {"point": world.GUARD}),
    "forbidden in-process": (world.FORBIDDEN, {"point": world.GUARD, "tool": "export"}),
    "permitted permit-verified": (world.PERMITTED, {"point": world.PERMIT}),
    "observed": (world.PERMITTED, {"would": world.REVIEWED}),
    "no fact": (world.NO_FACT, {}),
    "forbid raised": (_RAISED, {"tool": "export"}),
    "one permit raised": (_ONE_RAISED, {}),
    "nameless": (_NAMELESS, {}),
}


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_gap_case(case: dict[str, Any]) -> None:
    stream = world.begun(Stage(case["stage"]))
    for name in case["did"]:
        made, more = _DID[name]
        stream.decide(made, **more)
    table = gap_table(stream.entries, world.bundles(world.bundle()))
    rows = {(row.control, row.system): _golden(row) for row in table.rows}
    for expected in case["rows"]:
        assert rows[expected["control"], expected["system"]] == expected
    if not case["did"]:
        assert len(rows) == len(case["rows"])
    assert [row.control for row in table.enforced_in_production] == case["production"]


def _golden(row: GapRow) -> dict[str, Any]:
    named = {"control": row.control, "system": row.system, "state": row.state.value}
    counts = {name: getattr(row, name) for name in _COUNTS}
    return named | {name: count for name, count in counts.items() if count}
