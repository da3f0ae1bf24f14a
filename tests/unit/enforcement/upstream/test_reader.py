"""The gateway's own client: both eras, and servers that end, hang, or forget it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from watchkeeper.enforcement.upstream.reader import Reader
from watchkeeper.enforcement.upstream.stdio import StdioChannel, StdioCommand
from watchkeeper.errors import UpstreamFailed

SERVER = """
import json, os, sys
kind = sys.argv[1]
ready = False
for line in sys.stdin:
    told = json.loads(line)
    method = told["method"]
    def answer(**said):
        print(json.dumps({"jsonrpc": "2.0", "id": told["id"], **said}), flush=True)
    if method == "server/discover":
        if kind == "dies":
            sys.exit(1)
        if kind == "modern":
            answer(result={"supportedVersions": ["2026-07-28"]})
        elif kind != "hangs":
            answer(error={"code": -32601, "message": "no such method"})
    elif method == "initialize":
        ready = True
        answer(result={"protocolVersion": "2025-11-25"})
    elif method == "tools/list":
        if ready or kind == "modern":
            answer(result={"tools": [{"name": str(os.getpid())}]})
        else:
            answer(error={"code": -32600, "message": "not initialized"})
    elif method == "tools/call":
        os._exit(1)
"""


def reader(kind: str) -> Reader:
    command = StdioCommand((sys.executable, "-c", SERVER, kind), None, dict(os.environ))
    return Reader(lambda: StdioChannel(command), seconds=6.0)


@pytest.mark.parametrize("kind", ["modern", "legacy", "dies", "hangs"])
async def test_it_finds_out_which_era_a_server_speaks(kind: str) -> None:
    own = reader(kind)
    try:
        assert len(await own.list_tools()) == 1
    finally:
        await own.close()


@pytest.mark.parametrize("kind", ["modern", "legacy"])
async def test_a_server_that_ended_is_started_again(kind: str) -> None:
    own = reader(kind)
    try:
        before = await own.list_tools()
        with pytest.raises(UpstreamFailed):
            await own.read("kill", {}, 5.0)
        after = await own.list_tools()
    finally:
        await own.close()
    assert before != after


async def test_what_can_not_be_started_is_said_so() -> None:
    command = StdioCommand(("/nonexistent",), None, {})
    with pytest.raises(UpstreamFailed, match="can not be started"):
        await Reader(lambda: StdioChannel(command)).list_tools()


async def test_a_list_without_end_is_given_up(tmp_path: Path) -> None:
    program = tmp_path / "endless.py"
    program.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    told = json.loads(line)\n"
        "    said = {'supportedVersions': ['2026-07-28'], 'tools': [], 'nextCursor': '1'}\n"
        "    print(json.dumps({'jsonrpc': '2.0', 'id': told['id'], 'result': said}), flush=True)\n"
    )
    command = StdioCommand((sys.executable, str(program)), None, dict(os.environ))
    own: Any = Reader(lambda: StdioChannel(command))
    try:
        with pytest.raises(UpstreamFailed, match="does not end"):
            await own.list_tools()
    finally:
        await own.close()
