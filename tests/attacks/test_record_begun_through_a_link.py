"""A folder that is a link out of the workspace: no command begins a file behind it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.cli.app import app

COMMANDS = {
    "risks": ("new", "risk", "late", "--workspace"),
    "audits": ("new", "audit", "2030", "--workspace"),
    ".schemas": ("new", "risk", "late", "--workspace"),
    "sentences": ("sentences", "--write"),
}


@pytest.mark.parametrize("folder", COMMANDS)
def test_nothing_is_written_outside(folder: str, tmp_path: Path) -> None:
    aims, outside = ManagedWorkspace().write(tmp_path / "aims"), tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(aims / folder, ignore_errors=True)
    (aims / folder).symlink_to(outside)
    done = CliRunner().invoke(app, ["plan", *COMMANDS[folder], str(aims)])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2, done.output
    assert "lies outside of the workspace" in done.stderr
    assert list(outside.iterdir()) == []
    assert not (aims / ".watchkeeper").exists()
