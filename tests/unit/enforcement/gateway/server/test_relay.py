"""Housekeeping with a server that hangs, and cancelling under ids of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from watchkeeper.enforcement.gateway.server.relay import Relay
from watchkeeper.enforcement.gateway.server.sessions import Session
from watchkeeper.enforcement.messages.rpc import parse_agent_message
from watchkeeper.enforcement.upstream.channel import Arrived, Opened

PING = b'{"jsonrpc":"2.0","id":7,"method":"ping"}'


class Slow:
    """A channel that writes down what is sent, and answers `ping` when it is let."""

    alive = True

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.came, self.go = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def send(self, body: bytes, _: Mapping[str, str]) -> AsyncIterator[Opened]:
        self.sent.append(orjson.loads(body))
        self.came.set()
        yield Opened(200, self._answers(orjson.loads(body)))

    async def _answers(self, asked: dict[str, Any]) -> AsyncIterator[Arrived]:
        if "id" in asked:
            await self.go.wait()
            yield Arrived(orjson.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {}}))


def _relay(channel: Any, patience: float) -> tuple[Relay, Session]:
    nothing: Any = None
    relay = Relay(nothing, "till", nothing, lambda: channel, patience)
    return relay, Session("ada", "till", channel)


async def _told(relay: Relay, session: Session, raw: bytes) -> list[dict[str, Any]]:
    message = parse_agent_message(raw)
    outs = relay.pass_on(session, message, {}, lambda *_: None)
    return [orjson.loads(out.data) async for out in outs if out.data]


async def test_a_server_that_hangs_costs_a_bounded_time() -> None:
    channel = Slow()
    relay, session = _relay(channel, 0.02)
    (told,) = await _told(relay, session, PING)
    assert told["id"] == 7
    assert "in time" in told["error"]["message"]
    assert session.waiting == {}


async def test_the_host_hears_its_own_id_and_the_server_another() -> None:
    channel = Slow()
    relay, session = _relay(channel, 5.0)
    channel.go.set()
    assert await _told(relay, session, PING) == [{"jsonrpc": "2.0", "id": 7, "result": {}}]
    assert str(channel.sent[0]["id"]).startswith("wk-")


async def test_cancelling_names_the_request_as_the_server_knows_it() -> None:
    channel = Slow()
    relay, session = _relay(channel, 5.0)
    asked = asyncio.create_task(_told(relay, session, PING))
    await channel.came.wait()
    cancel = b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%s}}'
    for identity in (b"7", b"8", b'"7"', b"null", b"[7]"):
        await _told(relay, session, cancel % identity)
    channel.go.set()
    await asked
    cancelled = [said["params"]["requestId"] for said in channel.sent[1:]]
    assert cancelled == [channel.sent[0]["id"]]
