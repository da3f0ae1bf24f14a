"""What could never be measured is named when it is written, not when it is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import RECORDS, ManagedWorkspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.instant import parse_instant


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
        (
            {
                "measure": {
                    "of": "decisions",
                    "where": {"outcome": "allow"},
                    "share": {"outcome": "allow"},
                }
            },
            "always 100 %",
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


@pytest.mark.parametrize(
    ("day", "measured", "named"),
    [
        ("2026-10-08", True, 0),  # a week after the day on which it was measured last
        ("2026-10-09", True, 1),
        ("2026-10-08", False, 0),
        ("2026-10-09", False, 1),
    ],
)
def test_an_objective_is_measured_as_often_as_it_says(
    tmp_path: Path, day: str, *, measured: bool, named: int
) -> None:
    made = {**RECORDS["objectives", ""]["objectives"][0], "measured_every": "7d"}
    aims = ManagedWorkspace().change("objectives", objectives=[made])
    if not measured:
        aims.remove("measurement")
    at = parse_instant(f"{day}T12:00:00.000000Z")
    findings = lint_workspace(aims.write(tmp_path / "aims"), at).findings
    found = [one for one in findings if one.code == "not-measured"]
    assert (len(found), all(one.dated for one in found)) == (named, True)
