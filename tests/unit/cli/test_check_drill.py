"""`check drill`: every drill of every starting point ends as it must; one that does not is told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from watchkeeper.cli.check import app
from watchkeeper.plan.draft.starts.begin import STARTS, begin
from watchkeeper.plan.draft.starts.own import Own


def drill(folder: Path, *more: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["drill", str(folder), *more])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("name", STARTS)
def test_drills_of_a_start(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "aims"
    begin(folder, name, Own("An organisation", "an.example/desk"), date(2099, 1, 1), ["server"])
    code, out, _ = drill(folder, "--json")
    said = json.loads(out)
    assert {one["id"]: one["differs"] for one in said["drills"] if one["differs"]} == {}
    assert (code, said["class"], said["origin"], said["live"]) == (0, "test", "captured", False)
    assert {one["outcome"] for one in said["drills"]} == {"allow", "block", "escalate"}

    file = next((folder / "drills").glob("*-waits.yaml"))
    file.write_text(file.read_text().replace("outcome: escalate", "outcome: allow"))
    code, out, err = drill(folder, "--drill", file.stem)
    assert code == 1
    assert "must allow, and does escalate" in out
    assert "the live path was not tried" in err

    assert drill(folder, "--drill", "nothing-of-that-name")[0] == 2
    (folder / "aims.yaml").write_text("- [")
    assert drill(folder)[0] == 2
