"""`plan approve`, `refuse`, `withdraw`, `approvals`, and a release that needs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.cli.app import app
from watchkeeper.verify import verify_log

RULE = """\
releases:
  approvals:
    - {role: lead}
  separate: [releaser]
  emergency: {role: operate, review_within: 1h}
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", "long enough for a test")
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))

    def call(*words: object) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return call


def test_two_people_and_a_release(run: Run, tmp_path: Path) -> None:
    aims, home = tmp_path / "my aims", tmp_path / "home"
    write_workspace(aims, {"aims.yaml": FILES["aims.yaml"] + RULE})
    for person in ("ana", "ben"):
        assert run("do", "enroll", person, "--workspace", aims)[0] == 0
    assert run("plan", "release", aims, "--by", "ana", "--home", home)[0] == 0
    _change(aims, "200.00", "500.00")

    code, _, err = run("plan", "release", aims, "--by", "ana", "--home", home)
    assert (code, "takes 1 to approve as `lead`" in err) == (2, True)
    code, _, err = run("plan", "approve", aims, "--role", "lead", "--by", "ben", "--home", home)
    assert (code, "give `--yes`" in err) == (2, True)
    ben = ("--role", "lead", "--by", "ben", "--home", home)
    code, out, err = run("plan", "approve", aims, *ben, "--yes")
    assert (code, out.split()[0]) == (0, "approve")
    assert "touches system desk; control limits" in err
    asked = ("plan", "approvals", aims, "--by", "ana", "--home", home)
    assert ": 1 answer to it" in run(*asked)[1]
    code, out, _ = run("plan", "release", aims, "--by", "ana", "--home", home, "--json")
    assert len(json.loads(out)["approvals"]) == 1

    assert run("plan", "diff", home, aims)[1] == "nothing changed\n"
    assert "the workspace makes the plan in force" in run(*asked)[1]
    _change(aims, "500.00", "600.00")
    assert ": no answers to it" in run(*asked)[1]
    told = json.loads(run(*asked, "--json")[1])
    assert told["workspace"] not in {told["inForce"], None}
    code, out, _ = run("plan", "diff", home, aims, "--fail-on-weakening")
    assert (code, "up to 600.00, before 500.00" in out) == (1, True)
    code, out, _ = run("plan", "refuse", aims, *ben, "--reason", "too much")
    assert (code, out.split()[0]) == (0, "refuse")
    code, _, err = run("plan", "release", aims, "--by", "ana", "--home", home)
    assert (code, "`ben` refuses it" in err) == (2, True)
    assert run("plan", "withdraw", "--by", "ben", "--home", home)[0] == 0
    urgent = ("--emergency", "--reason", "the shop is down")
    assert run("plan", "release", aims, "--by", "ana", "--home", home, *urgent)[0] == 0
    code, out, _ = run("plan", "approvals", "--by", "ana", "--home", home)
    assert (code, "released in an emergency by ana" in out) == (0, True)
    assert run("plan", "approve", aims, *ben, "--yes")[0] == 0
    told = json.loads(run("plan", "approvals", "--by", "ana", "--home", home, "--json")[1])
    assert told["emergencies"] == []

    (step,) = (one for one in verify_log(home, workers=1).steps if one.number == 27)
    assert (step.status, step.detail) == (
        "checked",
        "3 releases hold to the rule of the plan before, 4 answers to plans",
    )


def test_an_emergency_and_its_reason_go_together(run: Run, tmp_path: Path) -> None:
    code, _, err = run("plan", "release", tmp_path, "--emergency")
    assert (code, "needs a reason" in err) == (2, True)


def _change(aims: Path, old: str, new: str) -> None:
    path = aims / "authority" / "payer.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(f"alone: {old}", f"alone: {new}"), "utf-8")
