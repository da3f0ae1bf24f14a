"""A started tool server: who hears what, and what its end means."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from watchkeeper.enforcement.upstream.channel import BrokenOff, NeverSent
from watchkeeper.enforcement.upstream.stdio import StdioChannel, StdioCommand

ECHO = """
import json, sys
for line in sys.stdin:
    told = json.loads(line)
    params = told.get("params", {})
    for said in params.get("say", []):
        print(json.dumps({"jsonrpc": "2.0", **said}), flush=True)
    if params.get("die"):
        sys.exit(1)
    if "id" in told and not params.get("hold"):
        print(json.dumps({"jsonrpc": "2.0", "id": told["id"], "result": {}}), flush=True)
    for held in params.get("release", []):
        print(json.dumps({"jsonrpc": "2.0", "id": held, "result": {"was": held}}), flush=True)
"""


def command(program: str = ECHO) -> StdioCommand:
    return StdioCommand((sys.executable, "-c", program), None, dict(os.environ))


def request(identity: int | str, **params: Any) -> bytes:
    body = {"jsonrpc": "2.0", "id": identity, "method": "tools/call", "params": params}
    return json.dumps(body).encode()


async def heard(channel: StdioChannel, body: bytes) -> list[Any]:
    async with channel.send(body, {}) as opened:
        return [json.loads(arrived.data) async for arrived in opened.messages]


@pytest.fixture
async def channel() -> Any:
    opened = StdioChannel(command())
    yield opened
    await opened.close()


async def test_an_answer_reaches_who_asked(channel: StdioChannel) -> None:
    answers = await asyncio.gather(*(heard(channel, request(n)) for n in range(20)))
    assert [said[-1]["id"] for said in answers] == list(range(20))


async def test_ids_are_told_apart_by_their_type(channel: StdioChannel) -> None:
    number, text = await asyncio.gather(heard(channel, request(1)), heard(channel, request("1")))
    assert (number[-1]["id"], text[-1]["id"]) == (1, "1")


async def test_progress_reaches_the_request_that_it_is_about(channel: StdioChannel) -> None:
    first = asyncio.create_task(heard(channel, request(1, hold=True, _meta={"progressToken": "a"})))
    async with channel.send(request(2, hold=True, _meta={"progressToken": "b"}), {}) as second:
        note = {"method": "notifications/progress", "params": {"progressToken": "a", "progress": 1}}
        await heard(channel, request(3, say=[note], release=[1, 2]))
        of_second = [json.loads(arrived.data) async for arrived in second.messages]
    methods = [said.get("method") for said in await first]
    assert methods == ["notifications/progress", None]
    assert of_second == [{"jsonrpc": "2.0", "id": 2, "result": {"was": 2}}]


async def test_an_answer_that_nobody_asked_for_reaches_nobody(channel: StdioChannel) -> None:
    lie = {"id": 99, "result": {"lie": True}}
    said = await heard(channel, request(1, say=[lie]))
    assert [message["id"] for message in said] == [1]


async def test_an_id_that_waits_is_not_taken_twice(channel: StdioChannel) -> None:
    async with channel.send(request(1, hold=True), {}):
        with pytest.raises(NeverSent):
            await heard(channel, request(1))


async def test_its_end_is_told_to_all_who_wait_and_it_stays_dead(channel: StdioChannel) -> None:
    waiting = asyncio.create_task(heard(channel, request(1, hold=True)))
    await heard(channel, request(2))
    assert channel.alive
    with pytest.raises(BrokenOff):
        await heard(channel, request(3, die=True))
    with pytest.raises(BrokenOff):
        await waiting
    assert not channel.alive
    with pytest.raises(NeverSent):
        await heard(channel, request(4))


async def test_what_can_not_be_started_was_never_sent() -> None:
    channel = StdioChannel(StdioCommand(("/nonexistent/server",), None, {}))
    with pytest.raises(NeverSent, match="can not be started"):
        await heard(channel, request(1))


async def test_closing_ends_the_server_and_what_it_started() -> None:
    program = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "line = sys.stdin.readline()\n"
        'print(\'{"jsonrpc": "2.0", "id": 1, "result": {"child": %d}}\' % child.pid, flush=True)\n'
        "import time; time.sleep(600)\n"
    )
    channel = StdioChannel(command(program))
    said = await heard(channel, request(1))
    await channel.close()
    child = said[0]["result"]["child"]
    for _ in range(3000):
        if not _runs(child):
            break
        await asyncio.sleep(0.01)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
