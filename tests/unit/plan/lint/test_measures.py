"""What could never be measured is named when it is written, not when it is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import RECORDS, ManagedWorkspace
from watchkeeper.plan.whole import lint_workspace


def _found(folder: Path, aims: ManagedWorkspace, code: str) -> list[str]:
    findings = lint_workspace(aims.write(folder / "aims")).findings
    return [one.message for one in findings if one.code == code]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"measure": {"of": "effects", "share": {"decided_within": "30m"}}}, "no share of effects"),
        (
            {"measure": {"of": "unknown", "where": {"role": "lead"}, "count": True}, "target": 0},
            "not told apart by `role`",
        ),
        (
            {"measure": {"of": "decisions", "share": {"reason": "because"}}},
            "is never `because`",
        ),
        (
            {
                "measure": {
                    "of": "verdicts",
                    "where": {"stage": "dream"},
                    "share": {"too_fast": True},
                }
            },
            "`stage` is never `dream`",
        ),
    ],
)
def test_an_objective_asks_what_the_log_can_answer(
    tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    made = {**RECORDS["objectives", ""]["objectives"][0], **changes}
    if changes.get("target") == 0:
        made["target"] = {"at_most": 0}
    aims = ManagedWorkspace().change("objectives", objectives=[made])
    found = _found(tmp_path, aims, "not-measurable")
    assert len(found) == bool(why)
    assert all(why in one for one in found)


@pytest.mark.parametrize(
    ("signal", "why"),
    [
        ({"objective": "in-time"}, ""),
        ({"control": "limits", "more_than": 3, "within": "1d"}, ""),
        ({"reason": "expired"}, ""),
        ({"outcome": "block"}, "names nothing to look for"),
        ({"reason": "bad-luck"}, "no reason code"),
        ({"objective": "in-time", "control": "limits"}, "counts, and names an objective"),
    ],
)
def test_a_signal_looks_for_something(tmp_path: Path, signal: dict[str, Any], why: str) -> None:
    aims = ManagedWorkspace().change("risk", "overpaid", signals=[signal])
    found = _found(tmp_path, aims, "signal-shows-nothing")
    assert len(found) == bool(why)
    assert all(why in one for one in found)
