"""Streams that break off: gone on from their own events, and from nobody else's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import httpx2
import pytest

from watchkeeper.enforcement.door.stdio import Relay
from watchkeeper.enforcement.gateway.server.sessions import Session

ASKED = {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "send"}}


class Breaking(BaseHTTPRequestHandler):
    """A gateway whose streams end too early; `plan` says what each request gets."""

    protocol_version = "HTTP/1.1"
    plan: ClassVar[list[tuple[int, str, bytes]]] = []
    came: ClassVar[list[tuple[str, str | None]]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._next()

    def do_GET(self) -> None:
        self._next()

    def _next(self) -> None:
        self.came.append((self.command, self.headers.get("last-event-id")))
        status, kind, body = self.plan.pop(0) if self.plan else (404, "text/plain", b"")
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def gateway(plan: list[tuple[int, str, bytes]]) -> Iterator[str]:
    Breaking.plan, Breaking.came = plan, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/mcp/till"
        server.shutdown()


def event(message: Mapping[str, Any] | None = None, *fields: str) -> bytes:
    lines = [*fields, *([] if message is None else [f"data: {json.dumps(message)}"])]
    return ("\n".join(lines) + "\n\n").encode()


STREAM = "text/event-stream"
ANSWER = {"jsonrpc": "2.0", "id": 5, "result": {"content": []}}
TOLD = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info"}}


async def _relayed(url: str) -> list[Any]:
    shown: list[Any] = []
    loop, answered = asyncio.get_running_loop(), asyncio.Event()

    def show(line: bytes) -> None:
        shown.append(json.loads(line))
        if "id" in shown[-1]:
            loop.call_soon_threadsafe(answered.set)

    lines = asyncio.StreamReader()
    async with httpx2.AsyncClient(trust_env=False) as client:
        relay = Relay(client, url, show)
        run = asyncio.create_task(relay.run(lines))
        lines.feed_data(json.dumps(ASKED).encode() + b"\n")
        async with asyncio.timeout(20):
            await answered.wait()
        lines.feed_eof()
        await run
    return shown


async def test_the_door_goes_on_where_its_stream_ended() -> None:
    first = event(TOLD, "id: a-1", "retry: 10")
    plan = [(200, STREAM, first), (200, STREAM, event(TOLD, "id: a-2")), (200, STREAM, b"")]
    with gateway([*plan, (200, STREAM, event(ANSWER, "id: a-3"))]) as url:
        assert await _relayed(url) == [TOLD, TOLD, ANSWER]
    came = [("POST", None), ("GET", "a-1"), ("GET", "a-2"), ("GET", "a-2")]
    assert Breaking.came == came


@pytest.mark.parametrize("status", [400, 404, 405, 500])
async def test_where_it_can_not_go_on_it_says_that_nothing_is_known(status: int) -> None:
    first = event(TOLD, "id: a-1", "retry: 10")
    with gateway([(200, STREAM, first), (status, "application/json", b"{}")]) as url:
        told = await _relayed(url)
    assert told[0] == TOLD
    assert "not known whether" in told[1]["error"]["message"]
    assert len(Breaking.came) == 2


async def test_a_stream_without_events_of_its_own_is_not_gone_on_with() -> None:
    with gateway([(200, STREAM, event(TOLD))]) as url:
        told = await _relayed(url)
    assert "not known what became" in told[1]["error"]["message"]
    assert Breaking.came == [("POST", None)]


def test_a_session_knows_its_own_events_alone() -> None:
    channel: Any = None
    mine, other = Session("ada", "till", channel), Session("bob", "till", channel)
    mine.note_events((b"event: message", b"id: stream-7_1", b"retry: 3"))
    assert mine.had("stream-7_1")
    assert not other.had("stream-7_1")
    assert not mine.had("stream-7_2")
    assert not mine.had("")
    given = {"last-event-id": "stream-7_1", "mcp-protocol-version": "2025-11-25"}
    assert "last-event-id" in mine.headers(given)
    assert "last-event-id" not in other.headers(given)


def test_what_a_session_remembers_of_events_is_bounded() -> None:
    channel: Any = None
    one = Session("ada", "till", channel)
    for number in range(5_000):
        one.note_events((b"id: %d" % number,))
    one.note_events((b"id: " + b"x" * 100_000,))
    assert len(one.events) <= 1024
    assert one.had("4999")
