"""Changes of a plan: whatever lets more through is named a weakening."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.worlds.workspace_files import with_change, write_workspace
from watchkeeper.plan.diff import diff_bundles
from watchkeeper.plan.whole import compile_folder

_CASES = YAML(typ="safe").load(Path(__file__).with_name("diff.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", _CASES, ids=[f"{c['in']}: {c['new'][:40]}" for c in _CASES])
def test_a_change_goes_the_way_it_is_said(case: dict[str, Any], tmp_path: Path) -> None:
    old = compile_folder(write_workspace(tmp_path / "old"))
    change = with_change(case["in"], case["old"], case["new"])
    new = compile_folder(write_workspace(tmp_path / "new", change))
    found = diff_bundles(old, new)
    for words, wanted in (
        (found.weakenings, case.get("weaker", [])),
        (found.strengthenings, case.get("stronger", [])),
    ):
        for sentence in wanted:
            assert any(sentence in line for line in words), found
        assert len(words) == len(wanted), found
    for sentence in case.get("changes", []):
        assert any(sentence in str(change) for change in found.changes), found


@pytest.mark.parametrize("case", _CASES, ids=[f"{c['in']}: {c['new'][:40]}" for c in _CASES])
def test_what_weakens_one_way_does_not_go_unnamed_the_other_way(
    case: dict[str, Any], tmp_path: Path
) -> None:
    old = compile_folder(write_workspace(tmp_path / "old"))
    change = with_change(case["in"], case["old"], case["new"])
    new = compile_folder(write_workspace(tmp_path / "new", change))
    there, back = diff_bundles(old, new), diff_bundles(new, old)
    assert bool(there.changes) == bool(back.changes)
    if there.strengthenings:
        assert back.weakenings, "undoing what strengthens must be a weakening"
