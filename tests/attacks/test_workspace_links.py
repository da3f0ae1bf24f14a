"""Links in a workspace: in circles, out of it, to nothing, to devices and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity


@pytest.mark.parametrize("target", ["extra.yaml", "/etc/hostname", "/dev/zero", "nothing", "../.."])
def test_a_link_is_named_and_nothing_is_compiled(target: str, tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    (folder / "controls" / "extra.yaml").symlink_to(target)
    linted = lint_workspace(folder)
    assert linted.bundle is None
    (finding,) = (f for f in linted.findings if f.file == "controls/extra.yaml")
    assert finding.severity is Severity.UNREADABLE


def test_a_policy_from_outside_the_workspace_is_not_taken(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    outside = tmp_path / "outside.permit.cedar"
    outside.write_text('@id("x") @control("limits") permit (principal, action, resource);')
    (folder / "policies" / "desk" / "more.permit.cedar").symlink_to(outside)
    linted = lint_workspace(folder)
    assert linted.bundle is None
    assert any("out of the workspace" in finding.message for finding in linted.findings)


def test_folders_that_link_in_a_circle_end(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    (folder / "policies" / "desk" / "again").symlink_to(folder / "policies")
    (folder / "systems" / "loop.yaml").symlink_to(folder / "systems")
    linted = lint_workspace(folder)
    assert linted.bundle is None
    assert {"policies/desk/again", "systems/loop.yaml"} <= {f.file for f in linted.findings}
