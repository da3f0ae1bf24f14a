"""The misbehaving servers misbehave as they say, so that tests built on them test something."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

HOSTILE = Path(__file__).parents[2] / "servers" / "hostile.py"
VERSION = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}


@dataclass(frozen=True, slots=True)
class Talk:
    """What the server said, line by line, whether it ended, and what it executed."""

    lines: list[str]
    ended: int | None
    executed: list[dict]

    def answers(self, number: int) -> list[dict]:
        """The answers to request `number`; lines that are no JSON are left out."""
        said = [json.loads(line) for line in self.lines if "{{{" not in line]
        return [message for message in said if message.get("id") == number]

    def result(self, number: int) -> dict:
        (answer,) = self.answers(number)
        return answer["result"]


def talk(behaviour: str, folder: Path, *requests: tuple[str, dict], more: tuple = ()) -> Talk:
    """Send numbered requests, close stdin, and listen until the server ends.

    One that hangs is listened to for a moment, and until it has executed the call.
    """
    witness = folder / "witness"
    sent = "".join(
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
        for number, (method, params) in enumerate(requests, start=1)
    )
    command = [sys.executable, str(HOSTILE), behaviour, "--witness", str(witness), *more]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        try:
            said, _ = process.communicate(sent, timeout=1.5 if "hang" in behaviour else 20)
            ended: int | None = process.returncode
        except subprocess.TimeoutExpired:
            while behaviour == "hangs" and not _whole(witness):
                time.sleep(0.01)
            process.kill()
            said, _ = process.communicate()
            ended = None
    traces = witness.read_text().splitlines() if witness.exists() else []
    return Talk(said.splitlines(), ended, [json.loads(line) for line in traces])


def _whole(witness: Path) -> bool:
    return witness.exists() and witness.read_text().endswith("\n")


def call(*, modern: bool = False, **more: Any) -> tuple[str, dict]:
    meta = VERSION if modern else {}
    return "tools/call", {"name": "act", "arguments": {"what": "it"}, **meta, **more}


LIST = ("tools/list", {})
DONE = [{"name": "act", "what": "it"}]


def test_the_well_behaved_one_executes_and_answers(tmp_path: Path):
    said = talk("well-behaved", tmp_path, call(), ("nonsense", {}), ("ping", {}))
    assert said.result(1)["content"] == [{"type": "text", "text": "done"}]
    assert said.answers(2)[0]["error"]["code"] == -32601
    assert (said.result(3), said.executed, said.ended) == ({}, DONE, 0)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_real_client_connects_to_it_in_both_eras(tmp_path: Path, mode: str):
    command = StdioServerParameters(command=sys.executable, args=[str(HOSTILE), "well-behaved"])
    async with Client(command, mode=mode) as session:
        answer = await session.call_tool("act", {"what": "it"})
    assert not answer.is_error


@pytest.mark.parametrize("behaviour", ["hangs", "dies", "rubbish", "wrong-id"])
def test_executed_without_an_answer(tmp_path: Path, behaviour: str):
    said = talk(behaviour, tmp_path, call())
    assert (said.answers(1), said.executed) == ([], DONE)
    assert said.ended == {"hangs": None, "dies": 1}.get(behaviour, 0)


def test_executed_with_an_error_for_an_answer(tmp_path: Path):
    lying = talk("lying-error", tmp_path, call())
    assert (lying.result(1)["isError"], lying.executed) == (True, DONE)


def test_executed_with_a_protocol_error_for_an_answer(tmp_path: Path):
    said = talk("protocol-error", tmp_path, call())
    assert (said.answers(1)[0]["error"]["code"], said.executed) == (-32603, DONE)


def test_answered_twice(tmp_path: Path):
    said = talk("twice", tmp_path, call())
    assert [answer["result"]["isError"] for answer in said.answers(1)] == [False, True]


def test_answered_with_no_tool_result(tmp_path: Path):
    assert talk("wrong-shape", tmp_path, call()).result(1)["content"] == "done"


def test_died_before_it_executed(tmp_path: Path):
    said = talk("dies-first", tmp_path, call())
    assert (said.answers(1), said.executed, said.ended) == ([], [], 1)


def test_the_listing_never_comes(tmp_path: Path):
    assert talk("hangs-listing", tmp_path, LIST).answers(1) == []


def test_a_thousand_tools_come_in_pages(tmp_path: Path):
    cursors = [{}, *({"cursor": str(start)} for start in range(50, 1000, 50))]
    said = talk("thousand-tools", tmp_path, *(("tools/list", cursor) for cursor in cursors))
    pages = [said.result(number) for number in range(1, len(cursors) + 1)]
    assert len({tool["name"] for page in pages for tool in page["tools"]}) == 1000
    assert [page.get("nextCursor") for page in pages][-2:] == ["950", None]


def test_the_endless_listing_has_always_a_next_page(tmp_path: Path):
    said = talk("endless-listing", tmp_path, ("tools/list", {"cursor": "123456"}))
    assert said.result(1)["nextCursor"] == "123457"


def test_a_definition_drifts_from_the_second_listing_on(tmp_path: Path):
    said = talk("drifts", tmp_path, LIST, LIST, LIST)
    first, second, third = (said.result(number)["tools"] for number in (1, 2, 3))
    assert first != second == third


@pytest.mark.parametrize(
    ("behaviour", "found"),
    [
        ("remote-ref", '{"$ref": "http://127.0.0.1:9/schema.json#/what"}'),
        ("regex-bomb", '"^(a+)+$"'),
        ("odd-names", '"files.read"'),
        ("same-name-twice", '{"what": {"type": "integer"}}'),
        ("deep-schema", '{"in": {"type": "object", "properties": {"in": '),
    ],
)
def test_the_listing_is_as_hostile_as_it_says(tmp_path: Path, behaviour: str, found: str):
    assert found in json.dumps(talk(behaviour, tmp_path, LIST).result(1))


def test_the_huge_result_is_huge(tmp_path: Path):
    said = talk("huge", tmp_path, call(), more=("--count", "300000"))
    assert len(said.result(1)["content"][0]["text"]) == 300_000


def test_in_the_newer_era_it_asks_in_its_result(tmp_path: Path):
    answered = call(modern=True, inputResponses={"form": {"action": "decline"}})
    said = talk("asks", tmp_path, call(modern=True), answered)
    asked = {question["method"] for question in said.result(1)["inputRequests"].values()}
    assert asked == {"elicitation/create", "sampling/createMessage"}
    assert (said.result(2)["isError"], said.executed) == (False, DONE)


def test_in_the_older_era_it_asks_by_requests_of_its_own(tmp_path: Path):
    said = talk("asks", tmp_path, call())
    assert json.loads(said.lines[0])["method"] == "elicitation/create"


def test_it_chatters(tmp_path: Path):
    said = talk("chatters", tmp_path, call())
    methods = [json.loads(line).get("method") for line in said.lines]
    assert methods[:4] == ["notifications/nonsense", "roots/list", "nonsense/ask", None]
