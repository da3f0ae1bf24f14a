"""One digit of a pin changed in a tool file: that is named first, and nothing is made up of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workspace_files import PINS, with_change, write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Finding, Severity


def _safety(folder: Path) -> list[Finding]:
    linted = lint_workspace(folder)
    assert linted.bundle is None
    return [one for one in linted.findings if one.severity is Severity.SAFETY]


@pytest.mark.parametrize("tool", ["pay", "look"])
def test_only_the_pin_is_named(tmp_path: Path, tool: str) -> None:
    other = ("0" if PINS[tool][0] != "0" else "1") + PINS[tool][1:]
    write_workspace(tmp_path, with_change("tools/bank.yaml", PINS[tool], other))
    (found,) = _safety(tmp_path)
    assert found.code == "pin-mismatch"
    assert f"the pin of tool `{tool}` is not that of its definition" in found.message


def test_it_stands_before_what_stands_in_earlier_files(tmp_path: Path) -> None:
    pin = with_change("tools/bank.yaml", PINS["pay"], "0" * 64)
    policy = with_change("policies/desk/pays.forbid.cedar", "when { ", "when { ) ")
    write_workspace(tmp_path, {**pin, **policy})
    assert [one.code for one in _safety(tmp_path)][:2] == ["pin-mismatch", "bad-policy"]


def test_a_tool_that_is_left_out_stands_before_what_follows(tmp_path: Path) -> None:
    write_workspace(tmp_path, with_change("tools/bank.yaml", "  look:\n", "  looks:\n"))
    codes = [one.code for one in _safety(tmp_path)]
    assert codes[0] == "bad-tool"
    assert len(codes) > 1
