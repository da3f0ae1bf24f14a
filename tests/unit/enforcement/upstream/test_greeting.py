"""Tool servers that take long to start: neither era is taken for the other, and none is a hang."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

import pytest

from watchkeeper.enforcement.upstream.reader import Reader
from watchkeeper.enforcement.upstream.stdio import StdioChannel, StdioCommand
from watchkeeper.errors import UpstreamFailed

SECONDS = 1.0
SLEEP = 2.0
SERVER = """
import json, os, sys, time
kind, sleep = sys.argv[1], float(sys.argv[2])
time.sleep(sleep)
era = "legacy" if kind == "hangs" else None
for line in sys.stdin:
    told = json.loads(line)
    method = told["method"]
    def answer(**said):
        print(json.dumps({"jsonrpc": "2.0", "id": told["id"], **said}), flush=True)
    def refuse():
        answer(error={"code": -32022, "message": "not this one"})
    if method == "server/discover":
        if kind == "dies":
            sys.exit(1)
        if kind == "modern":
            era = "modern"
            answer(result={"supportedVersions": ["2026-07-28"]})
        elif kind != "hangs":
            refuse()
    elif method == "initialize":
        if era == "modern":
            refuse()
        else:
            era = "ready"
            answer(result={"protocolVersion": "2025-11-25"})
    elif method == "tools/list":
        if era != {"modern": "modern"}.get(kind, "ready"):
            refuse()
        else:
            answer(result={"tools": [{"name": str(os.getpid())}]})
"""


def reader(kind: str, sleep: float = SLEEP, start: float = 20.0) -> Reader:
    command = StdioCommand((sys.executable, "-c", SERVER, kind, str(sleep)), None, dict(os.environ))
    return Reader(lambda: StdioChannel(command, start), seconds=SECONDS)


@pytest.mark.parametrize("kind", ["modern", "legacy", "hangs", "dies"])
async def test_a_slow_start_is_judged_by_what_is_answered(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    own = reader(kind)
    try:
        assert len(await own.list_tools()) == 1
        await asyncio.sleep(0.2)  # what comes late would be here
        assert caplog.records == []
    finally:
        await own.close()


async def test_who_waits_no_longer_leaves_the_greeting_to_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    own = reader("modern")
    try:
        with pytest.raises(UpstreamFailed, match="in time"):
            await own.read("look", {}, 0.2)
        assert len(await own.list_tools()) == 1
        assert caplog.records == []
    finally:
        await own.close()


async def test_what_never_answers_has_one_start_and_is_named() -> None:
    own = reader("modern", sleep=600.0, start=2.0)
    try:
        async with asyncio.timeout(15.0):
            with pytest.raises(UpstreamFailed, match="after its start"):
                await own.list_tools()
            with pytest.raises(UpstreamFailed, match="in time"):
                await own.list_tools()
    finally:
        await own.close()


async def test_closing_while_it_starts_ends_who_waits() -> None:
    own = reader("modern", sleep=600.0)
    waiting = asyncio.create_task(own.list_tools())
    await asyncio.sleep(0.2)
    await own.close()
    with pytest.raises(UpstreamFailed, match="let go"):
        await waiting


async def test_an_answer_that_is_no_longer_waited_for_counts_as_asked_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    program = (
        "import sys\n"
        "sys.stdin.readline(); sys.stdin.readline()\n"
        "for said in (1, 1, 2):\n"
        '    print(\'{"jsonrpc": "2.0", "id": %d, "result": {}}\' % said, flush=True)\n'
        "sys.stdin.read()\n"
    )
    channel = StdioChannel(StdioCommand((sys.executable, "-c", program), None, dict(os.environ)))
    ask = b'{"jsonrpc": "2.0", "id": %d, "method": "ping"}'
    caplog.set_level(logging.INFO, "watchkeeper.upstream")
    try:
        async with channel.send(ask % 1, {}):
            starting = channel.start
        async with channel.send(ask % 2, {}) as opened:
            assert len([arrived async for arrived in opened.messages]) == 1
        assert (starting is None, channel.start) == (False, None)
    finally:
        await channel.close()
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
