"""`plan approve`, `refuse`, `withdraw`, `approvals`, and a release that needs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.worlds.change_control import URGENT, Desk, released
from watchkeeper.verify import verify_log


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return released(tmp_path, monkeypatch)


def test_two_people_and_a_release(desk: Desk) -> None:
    desk.pays("500.00")
    code, _, err = desk.release()
    assert (code, "takes 1 to approve as `lead`" in err) == (2, True)
    code, _, err = desk.answer("approve", "ben")
    assert (code, "give `--yes`" in err) == (2, True)
    code, out, err = desk.answer("approve", "ben", "--yes")
    assert (code, out.split()[0]) == (0, "approve")
    assert "touches system desk; control limits" in err
    assert ": 1 answer to it" in desk.told()["text"]
    code, out, _ = desk.release("--json")
    assert len(json.loads(out)["approvals"]) == 1

    diff = ("plan", "diff", desk.home, desk.aims)
    assert desk.run(*diff)[1] == "nothing changed\n"
    assert "the workspace makes the plan in force" in desk.told()["text"]
    desk.pays("600.00")
    told = desk.told()
    assert ": no answers to it" in told["text"]
    assert told["workspace"] not in {told["inForce"], None}
    code, out, _ = desk.run(*diff, "--fail-on-weakening")
    assert (code, "up to 600.00, before 500.00" in out) == (1, True)
    code, out, _ = desk.answer("refuse", "ben", "--reason", "too much")
    assert (code, out.split()[0]) == (0, "refuse")
    code, _, err = desk.release()
    assert (code, "`ben` refuses it" in err) == (2, True)
    assert desk.run("plan", "withdraw", "--by", "ben", "--home", desk.home)[0] == 0
    assert desk.release(*URGENT)[0] == 0
    code, out, _ = desk.run("plan", "approvals", "--by", "ana", "--home", desk.home)
    assert (code, "released in an emergency by ana" in out) == (0, True)
    code, _, err = desk.answer("approve", "ben", "--yes")
    assert (code, "the look at it afterwards" in err) == (0, True)
    assert desk.told()["emergencies"] == []

    (step,) = (one for one in verify_log(desk.home, workers=1).steps if one.number == 27)
    assert (step.status, step.detail) == (
        "checked",
        "looked at 3 releases by the rule of the plan before, and at 4 answers to plans",
    )


def test_an_emergency_and_its_reason_go_together(tmp_path: Path) -> None:
    code, _, err = Desk(tmp_path, tmp_path / "home").release("--emergency")
    assert (code, "needs a reason" in err) == (2, True)
