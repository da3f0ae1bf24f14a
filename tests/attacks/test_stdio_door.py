"""The stdio door is a client and no more: its agent's token decides, and it opens no home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds import needs
from tests.worlds.gateway import World, call_body
from tests.worlds.stdio_door import Door, ended


def test_without_a_gateway_it_says_so_and_ends() -> None:
    code, said = ended("http://127.0.0.1:9", "wk_x")
    assert code == 2
    assert "no gateway runs" in said


@pytest.mark.parametrize(
    ("token", "server", "why"),
    [
        ("wk_foreign", "till", "does not know the token"),
        (None, "till", "no token"),
        ("mine", "elsewhere", "no tool server `elsewhere`"),
    ],
)
def test_what_its_token_does_not_open_stays_shut(
    till: World, token: str | None, server: str, why: str
) -> None:
    code, said = ended(till.url, till.tokens["payer"] if token == "mine" else token, server)
    assert code == 2
    assert why in said
    assert till.tokens["payer"] not in said


def test_several_at_once_act_each_for_their_own_agent(till: World) -> None:
    doors = {name: Door(till, name) for name in ("payer", "other")}
    handles: dict[str, str] = {}
    for name, door in doors.items():
        door.send(call_body("drop", {"what": name}))
        refusal = door.hear()["result"]["structuredContent"]["watchkeeper"]
        handles[name] = refusal["handle"]
        till.approve(handles[name])
    before = till.executed()
    doors["other"].send(call_body("watchkeeper_result", {"handle": handles["payer"]}))
    foreign = doors["other"].hear()["result"]["structuredContent"]["watchkeeper"]
    assert foreign["reason"] == "invalid-request"
    assert till.executed() == before
    for name, door in doors.items():
        door.send(call_body("watchkeeper_result", {"handle": handles[name]}))
        assert not door.hear()["result"].get("isError")
    agents = {d.agent for d in till.decisions() if d.verdicts}
    assert agents == {"payer", "other"}
    assert {door.close() for door in doors.values()} == {0}


def test_what_is_no_message_is_refused_and_recorded(till: World) -> None:
    door = Door(till)
    before = len(till.decisions())
    door.send(b"[" * 50)
    door.send(b'{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "tools/call"}')
    door.send(b'{"jsonrpc": "2.0", "id": "' + b"x" * (1 << 20) + b'"}')
    door.send(call_body("look", {"to": "a"}))
    answers = [door.hear() for _ in range(3)]
    assert "result" in answers[-1]
    assert all(answer["error"]["code"] for answer in answers[:-1])
    assert door.close() == 0
    refused = [d for d in till.decisions()[before:] if d.decision.reasons[0] == "invalid-request"]
    assert len(refused) == 3


def test_a_gateway_that_goes_away_is_no_silence(till: World) -> None:
    door = Door(till)
    door.send(call_body("look", {"to": "a"}))
    assert "result" in door.hear()
    till.kill()
    door.send(call_body("drop", {"what": "gone"}))
    assert "went away" in door.hear()["error"]["message"]
    assert door.close() == 0
    till.start()


def test_it_opens_no_home(till: World, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    strace = [needs.program("strace"), "-f", "-e", "trace=%file,connect", "-o", str(trace)]
    door = Door(till, before=strace)
    door.send(call_body("look", {"to": "a"}))
    assert "result" in door.hear()
    assert door.close() == 0
    said = trace.read_text()
    assert str(till.home) not in said
    assert "gateway.sock" not in said
    assert "/nowhere/" not in said
