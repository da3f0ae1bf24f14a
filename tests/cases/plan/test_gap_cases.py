"""Gaps of the management system: each is named, and none stops a release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.worlds.workspace_files import with_change, write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity

_CASES = YAML(typ="safe").load(Path(__file__).with_name("gaps.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", _CASES, ids=[case["title"] for case in _CASES])
def test_a_gap_is_named_and_stops_nothing(case: dict[str, Any], tmp_path: Path) -> None:
    changes = dict(case.get("add", {}))
    for change in (case[name] for name in ("change", "also") if name in case):
        changes.update(with_change(change["in"], change["old"], change["new"]))
    linted = lint_workspace(write_workspace(tmp_path, changes))
    wanted = case["finds"]
    places = {
        f"{f.file}:{f.line}" if f.line else f.file
        for f in linted.findings
        if f.code == wanted["code"] and wanted["says"] in f.message
    }
    assert wanted["at"] in places, "\n".join(map(str, linted.findings))
    assert {finding.severity for finding in linted.findings} == {Severity.MANAGEMENT}
    assert linted.bundle is not None
    in_plan = any(wanted["says"] in gap for gap in linted.bundle.gaps)
    assert in_plan is case.get("in_plan", True)
