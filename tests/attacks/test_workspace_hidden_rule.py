"""A rule that somebody believes to hold and that is not read: the plan must not compile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.plan.whole import lint_workspace

_FORBID = FILES["policies/desk/pays.forbid.cedar"].replace("above-limit", "more")


@pytest.mark.parametrize(
    "name",
    [
        "policies/desk/more.cedar",
        "policies/desk/more.forbid.cedr",
        "policies/desk/more.Forbid.cedar",
        "policies/desk/deeper/more.forbid.cedar",
        "policies/more.forbid.cedar",
        "policies/dsek/more.forbid.cedar",
        "policies/desk/more.forbid.cedar.bak",
        "authority/payer.yml",
        "controls/more.yml",
        "tools/bank.json",
    ],
)
def test_a_file_that_is_not_read_stops_the_release(name: str, tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path, {name: _FORBID}))
    assert linted.bundle is None, "a rule was silently left out"


def test_a_folder_that_no_workspace_has_is_named(tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path, {"policy/desk/more.forbid.cedar": _FORBID}))
    assert any(f.file == "policy" and f.code == "not-read" for f in linted.findings)


def test_a_rule_behind_a_comment_or_a_string_is_still_cut_right(tmp_path: Path) -> None:
    tricky = f'// "\n{FILES["policies/desk/looks.permit.cedar"]}\n// " ;\n{_FORBID}'
    linted = lint_workspace(write_workspace(tmp_path, {"policies/desk/looks.permit.cedar": tricky}))
    assert linted.bundle is None
    assert any("a `forbid` in a file of permit policies" in f.message for f in linted.findings)
