"""Broken workspaces: the file, the line and the cure, and no plan comes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.worlds.workspace_files import with_change, write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import stops_release

_CASES = YAML(typ="safe").load(Path(__file__).with_name("lint.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", _CASES, ids=[case["title"] for case in _CASES])
def test_a_broken_workspace_is_named_with_its_cure(case: dict[str, Any], tmp_path: Path) -> None:
    change, wanted = case["change"], case["finds"]
    write_workspace(tmp_path, with_change(change["in"], change["old"], change["new"]))
    linted = lint_workspace(tmp_path)
    mine = [f for f in linted.findings if f.code == wanted["code"]]
    place = {f"{f.file}:{f.line}": f for f in mine if wanted["says"] in f.message}
    assert wanted["at"] in place, "\n".join(map(str, linted.findings))
    assert wanted["cure"] in place[wanted["at"]].advice
    assert stops_release(linted.findings)
    assert linted.bundle is None


def test_the_workspace_that_the_cases_break_holds(tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path))
    assert not stops_release(linted.findings), "\n".join(map(str, linted.findings))
    assert linted.bundle is not None
