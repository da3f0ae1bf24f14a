"""`do drill` at a terminal, and the gateway that plants, reveals and never releases."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.gateway import World, open_till
from tests.worlds.till_workspace import till_files
from watchkeeper import wiring
from watchkeeper.cli.app import app
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry
from watchkeeper.verify import verify_log

PASSPHRASE = "a passphrase of dan"


def _run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout or done.stderr


def _drill(home: Path, verb: str, *more: object) -> tuple[int, str]:
    return _run("do", "drill", verb, "--by", "dan", "--home", home, *more)


def _until(world: World, holds: Callable[[list[Entry]], bool]) -> list[Entry]:
    for _ in range(300):
        entries = world.entries()
        if holds(entries):
            return entries
        time.sleep(0.1)
    raise AssertionError("it did not come")


def _has(kind: Kind) -> Callable[[list[Entry]], bool]:
    return lambda entries: any(entry.record.kind is kind for entry in entries)


def test_a_case_is_planted_caught_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_PEOPLE", str(tmp_path / "people"))
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", PASSPHRASE)
    (tmp_path / "people").mkdir(mode=0o700)
    public = wiring.create_person_key(tmp_path / "people/dan.key", PASSPHRASE)

    def files(till: Path, keys: Mapping[str, str], **more: object) -> Mapping[str, str]:
        made = dict(till_files(till, {**keys, "dan": base64.b64encode(public).decode()}, **more))
        aims = made["aims.yaml"].replace("operate: [ana]", "operate: [ana, dan]")
        return {**made, "aims.yaml": f"{aims}oversight: {{planted_per_day: 2}}\n"}

    case = tmp_path / "case.json"
    arguments = {"to": "a shell company", "amount": 300}
    facts = {"account": {"limit": "5000.00", "open": True}}
    said = {"agent": "payer", "tool": "till/pay", "arguments": arguments, "facts": facts}
    case.write_text(json.dumps({**said, "wrong": "who is it?"}))
    with open_till(tmp_path / "world", files) as world:
        code, out = _drill(world.home, "plant", "--case", case, "--within", "1s", "--json")
        assert code == 0, out
        drill = json.loads(out)["id"]
        (waits,) = json.loads(_drill(world.home, "list", "--json")[1])
        assert (waits["id"], waits["state"]) == (drill, "to-come")
        _until(world, _has(Kind.DECISION))
        (planted,) = world.decisions()
        # Its id tells the time at which it came, as every id does.
        told = int(planted.action_id.replace("-", "")[:12], 16)
        assert abs(planted.at // 1000 - told) < 1_500
        assert planted.escalation is not None
        assert _drill(world.home, "reveal", drill)[0] != 0
        world.approve(planted.escalation.handle)
        entries = _until(world, _has(Kind.DRILL_REVEALED))
        assert world.executed() == []
        assert entries[-1].record.predicate.observed.value == "approved"
        reply = world.call("watchkeeper_result", handle=planted.escalation.handle)
        assert (reply.reason, world.executed()) == ("planted", [])
        home = world.home
    assert verify_log(home).ok
    code, out = _run("check", "oversight", home, "--persons", "--json")
    assert code == 0, out
    found = json.loads(out)
    assert (found["escalated"], found["planted"]["caught"]) == (0, {"count": 0, "of": 1})
    assert [one["reviewer"] for one in found["reviewers"]] == ["ben"]
    code, out = _run("check", "oversight", home)
    assert "planted: 0 of 1 caught" in out
    assert "ben" not in out
    assert "planted escalations, which are left out: 1" in _run("check", "gap", home)[1]
