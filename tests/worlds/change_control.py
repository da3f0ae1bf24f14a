"""A workspace that people change by the commands: they approve, release, and look at it after."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.cli.app import app

RULE = """\
releases:
  approvals:
    - {role: lead}
  separate: [releaser]
  emergency: {role: operate, review_within: 1h}
"""
URGENT = ("--emergency", "--reason", "the shop is down")


@dataclass
class Desk:
    """The workspace and the home of ana, who releases, and of those who approve as lead."""

    aims: Path
    home: Path
    alone: str = "200.00"

    def run(self, *words: object) -> tuple[int, str, str]:
        """Run a command; return its exit code, and what it printed."""
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    def pays(self, alone: str) -> None:
        """Change up to how much is paid without a review."""
        path = self.aims / "authority" / "payer.yaml"
        text = path.read_text("utf-8")
        assert f"alone: {self.alone}" in text
        path.write_text(text.replace(f"alone: {self.alone}", f"alone: {alone}"), "utf-8")
        self.alone = alone

    def release(self, *words: object) -> tuple[int, str, str]:
        """Have ana release the workspace as it stands."""
        return self.run("plan", "release", self.aims, "--by", "ana", "--home", self.home, *words)

    def answer(self, verb: str, person: str, *words: object) -> tuple[int, str, str]:
        """Have a person answer, as lead, to the plan that the workspace makes."""
        who = ("--role", "lead", "--by", person, "--home", self.home)
        return self.run("plan", verb, self.aims, *who, *words)

    def told(self) -> dict[str, Any]:
        """What `plan approvals` says of the workspace."""
        asked = ("plan", "approvals", self.aims, "--by", "ana", "--home", self.home)
        found: dict[str, Any] = json.loads(self.run(*asked, "--json")[1])
        return {**found, "text": self.run(*asked)[1]}


def released(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the desk with its first plan in force, which asks for an approval from then on."""
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", "long enough for a test")
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(folder / name))
    desk = Desk(folder / "my aims", folder / "home")
    write_workspace(desk.aims, {"aims.yaml": FILES["aims.yaml"] + RULE})
    for person in ("ana", "ben"):
        assert desk.run("do", "enroll", person, "--workspace", desk.aims)[0] == 0
    assert desk.release()[0] == 0
    return desk
