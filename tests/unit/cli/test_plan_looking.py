"""`plan risks`, `plan scope`, `plan control`: the same views as the pages, for a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.cli import plan

AT = ("--at", "2026-11-23")


@pytest.fixture(scope="module")
def aims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    claims = ["It holds.", {"says": "In time.", "objective": "in-time"}]
    workspace = ManagedWorkspace().change("control", "limits", claims=claims)
    return workspace.write(tmp_path_factory.mktemp("looking") / "aims")


def _run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(plan.app, [str(one) for one in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_risks(aims: Path) -> None:
    code, out, _ = _run("risks", aims, *AT)
    assert code == 0
    assert "1 rare   1        3 overpaid" in out
    assert "overpaid  9 high  3 low  modify     limits    ana    2027-06-30" in out
    assert "no log at hand" in out
    code, out, _ = _run("risks", aims, "--at", "2028-01-01", "--json")
    assert (code, json.loads(out)["rows"][0]["overdue"]) == (
        1,
        ["to be looked at again by 2027-06-30"],
    )


def test_a_risk_that_nobody_accepted_ends_with_one(tmp_path: Path) -> None:
    left = {"likelihood": 3, "consequence": 3}
    aims = ManagedWorkspace().change("risk", "overpaid", residual=left).write(tmp_path / "aims")
    code, out, _ = _run("risks", aims, *AT)
    assert (code, "9 high, not accepted" in out) == (1, True)


def test_scope(aims: Path) -> None:
    code, out, _ = _run("scope", aims, *AT)
    assert code == 0
    assert "Paying people." in out
    assert "desk meets The bank: payments" in out
    assert "desk    in     deployer  minimal" in out
    code, out, _ = _run("scope", aims, *AT, "--json")
    assert json.loads(out)["log"] is False


def test_control(aims: Path) -> None:
    code, out, _ = _run("control", "limits", aims, *AT)
    assert code == 0
    for line in (
        "statement of applicability: in, implemented; It pays.",
        "risk: overpaid: Too much is paid",
        "drill: too-much: Too much at once: must end in block",
        "claim: It holds. (nothing shows otherwise)",
        "claim: In time. (shown by in-time)",
        "objective: in-time",
        "at run time: no log at hand",
    ):
        assert line in out
    code, out, _ = _run("control", "A.6.2.8", aims, *AT)
    assert (code, "none stands for another" in out) == (0, True)
    code, _, err = _run("control", "nothing", aims, *AT)
    assert (code, "no control `nothing`" in err) == (2, True)


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    for command in (("risks",), ("scope",), ("control", "x")):
        assert _run(*command, tmp_path)[0] == 2
