"""The relay between one tool server and its agents: passes on, decides, or refuses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from mcp.shared.inbound import ERROR_CODE_HTTP_STATUS

from watchkeeper.enforcement.gateway.server.listing import filtered
from watchkeeper.enforcement.gateway.server.pins import Pins
from watchkeeper.enforcement.gateway.server.sessions import IdKey, OpenCall, Session
from watchkeeper.enforcement.messages import methods
from watchkeeper.enforcement.messages.rpc import (
    INTERNAL_ERROR,
    METHOD_NOT_FOUND,
    Message,
    Shape,
    id_key,
    is_modern,
    parse_message,
    renamed,
    render_error,
    rendered,
)
from watchkeeper.enforcement.upstream.channel import Arrived, BrokenOff, Channel, Opened
from watchkeeper.errors import RecordInvalid, UpstreamFailed
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.kernel import Kernel

MAX_ANSWER_BYTES = 16 << 20
MAX_ANSWER_DEPTH = 128
HOUSEKEEPING_SECONDS = 60.0
_LATE = "tool server: it did not answer in time"
_LISTEN = "subscriptions/listen"
_CANCELLED = "notifications/cancelled"
_SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
_log = logging.getLogger("watchkeeper.relay")

Finish = Callable[[OpenCall, Message], Any]


@dataclass(frozen=True, slots=True)
class Out:
    """One message to the agent; `final` ends the exchange, `lines` are of its SSE event."""

    data: bytes
    final: bool = False
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[bytes, ...] = ()
    streamed: bool = False


class Relay:
    """Passes messages between agents and one tool server, and looks at each of them."""

    def __init__(
        self,
        kernel: Kernel,
        server: str,
        pins: Pins,
        open_channel: Callable[[], Channel],
        patience: float = HOUSEKEEPING_SECONDS,
    ) -> None:
        self.kernel, self.server, self.pins = kernel, server, pins
        self._patience = patience
        self.open_channel = open_channel
        self._tasks: set[asyncio.Task[None]] = set()

    def named(self, method: str) -> bool:
        """Tell whether the tool file names a method."""
        return any(
            server.id == self.server and method in server.methods
            for server in self.kernel.home.enforcer.bundle.servers
        )

    async def pass_on(
        self, session: Session, message: Message, headers: Mapping[str, str], finish: Finish
    ) -> AsyncGenerator[Out]:
        """Pass a housekeeping message on, and what answers it back, within a minute.

        Only what a host listens to has no end.
        """
        outs = self._passed(session, message, headers, finish)
        until = asyncio.get_running_loop().time() + self._patience
        try:
            while True:
                async with asyncio.timeout_at(None if message.method == _LISTEN else until):
                    out = await anext(outs, None)
                if out is None:
                    return
                yield out
        except TimeoutError:
            if message.shape is Shape.REQUEST:
                late = render_error(message.id, INTERNAL_ERROR, _LATE)
                yield Out(late, final=True, status=504)
        finally:
            await outs.aclose()

    async def _passed(
        self, session: Session, message: Message, headers: Mapping[str, str], finish: Finish
    ) -> AsyncGenerator[Out]:
        sent = session.headers(headers)
        if message.shape is not Shape.REQUEST:
            named = _under_our_id(session, message)
            if named is not None:
                async with session.channel.send(named.raw, sent) as opened:
                    async for out in self.from_server(session, opened, finish):
                        yield out
            return
        with session.asking(message) as ours:
            async with session.channel.send(ours.raw, sent) as opened:
                async for out in self.from_server(session, opened, finish, ours):
                    yield out

    async def listen(
        self, session: Session, headers: Mapping[str, str], finish: Finish
    ) -> AsyncGenerator[Out]:
        """Pass on what the server sends by itself."""
        async with session.channel.listen(session.headers(headers)) as opened:
            async for out in self.from_server(session, opened, finish):
                yield out

    async def from_server(
        self, session: Session, opened: Opened, finish: Finish, asked: Message | None = None
    ) -> AsyncGenerator[Out]:
        """Look at each message from the tool server before an agent sees it.

        A stream is opened towards the agent as soon as the server opens it.
        """
        if opened.streamed:
            yield Out(b"", status=opened.status, headers=opened.headers, streamed=True)
        answered = False
        async for arrived in opened.messages:
            if answered:
                # The answer is the last word on a request; read on only for the connection's sake.
                continue
            session.note_events(arrived.lines)
            out = await self._look_at(session, arrived, opened, finish, asked)
            if out is not None:
                answered = out.final
                yield out
        if not answered and not opened.streamed:
            yield Out(b"", final=True, status=opened.status, headers=opened.headers)

    async def _look_at(
        self,
        session: Session,
        arrived: Arrived,
        opened: Opened,
        finish: Finish,
        asked: Message | None,
    ) -> Out | None:
        if not arrived.data:
            return Out(b"", lines=arrived.lines, headers=opened.headers, streamed=opened.streamed)
        try:
            message = parse_message(
                arrived.data, max_bytes=MAX_ANSWER_BYTES, depth=MAX_ANSWER_DEPTH
            )
            key = _answered_key(message, opened, asked)
            message = _to_the_host(session, message, key)
        except RecordInvalid as error:
            raise BrokenOff(f"the tool server sent what is no message: {error.message}") from None
        final = False
        if message.shape is Shape.RESPONSE:
            data = await self._answer(session, message, key, finish)
            final = asked is not None and key == id_key(asked.id)
        else:
            data = await self._asks(session, message)
        if data is None:
            return None
        status = opened.status if opened.http else _status_for(message, asked)
        return Out(data, final, status, opened.headers, arrived.lines, opened.streamed)

    async def _answer(
        self, session: Session, message: Message, key: IdKey, finish: Finish
    ) -> bytes | None:
        """Return what the agent gets of an answer; None if it answers nothing that was asked.

        A server that answers under another id, or twice and differently, would tell the agent
        what came of an action other than what is recorded (I2). A stream that is resumed repeats
        answers word for word.
        """
        call = session.calls.get(key)
        if call is not None:
            async with call.telling:
                if session.calls.get(key) is call:
                    data: bytes = await finish(call, message)
                    session.note_answered(key, sha256_hex(data))
                    return data
        known = session.asked_under(key)
        method = None if known is None else known.method
        if method == methods.LIST_TOOLS:
            return self._listed(session, message)
        if key in session.answered:
            same = session.answered[key] == sha256_hex(message.raw)
            return message.raw if same else None
        if method is not None and method in methods.HOUSEKEEPING:
            return message.raw
        _log.warning("%s answered what was not asked", self.server)
        return None

    def _listed(self, session: Session, message: Message) -> bytes:
        result = message.body.get("result")
        if not isinstance(result, dict):
            return message.raw
        changed = filtered(self.kernel.home.enforcer, session.agent, self.server, result)
        return orjson.dumps({**message.body, "result": changed})

    async def _asks(self, session: Session, message: Message) -> bytes | None:
        """The server asks or tells the agent's host something: by name, or not at all."""
        if message.method == "notifications/tools/list_changed":
            self.pins.stale()
        if message.shape is Shape.NOTIFICATION:
            return message.raw
        known = message.method in methods.FROM_SERVER and self.named(message.method)
        if known or message.method == "ping":
            session.note_asked(id_key(message.id), message.method)
            return message.raw
        _log.warning(
            "%s asked for %s, which the tool file does not name", self.server, message.method
        )
        refusal = render_error(message.id, METHOD_NOT_FOUND, "not let through")
        # In a task of its own: answering inside the server's own stream could wait for itself.
        task = asyncio.get_running_loop().create_task(_tell(session, refusal))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None


def _under_our_id(session: Session, message: Message) -> Message | None:
    """Return a message that is no request as the server understands it.

    None for the cancelling of a request that is not under way: its id is nobody's there.
    """
    if message.method != _CANCELLED:
        return message
    identity = message.params.get("requestId")
    known = isinstance(identity, int | str) and not isinstance(identity, bool)
    ours = session.ours(identity) if known else None
    if ours is None:
        return None
    params = {**message.params, "requestId": ours}
    body = {**message.body, "params": params}
    return replace(message, params=params, body=body, raw=rendered(body))


def _to_the_host(session: Session, message: Message, key: IdKey) -> Message:
    """Return what a server says with the host's own ids in place of ours.

    An answer, and what is told of what the host listens to (2026-07-28, subscriptions).
    """
    known = session.asked_under(key) if message.shape is Shape.RESPONSE else None
    if known is not None and message.id is not None:
        message = renamed(message, known.identity)
    where = "params" if message.method else "result"
    found = message.body.get(where)
    holder = found if isinstance(found, dict) else {}
    meta = holder.get("_meta")
    if not isinstance(meta, dict):
        return message
    said = meta.get(_SUBSCRIPTION)
    listened = session.asked_under(id_key(said)) if isinstance(said, str) else None
    if listened is None:
        return message
    changed = {**holder, "_meta": {**meta, _SUBSCRIPTION: listened.identity}}
    body = {**message.body, where: changed}
    params = changed if message.method else message.params
    return replace(message, params=params, body=body, raw=rendered(body))


def _status_for(message: Message, asked: Message | None) -> int:
    """Return the HTTP status for the answer of a server that knows no HTTP.

    The newer era gives some errors one of their own (MCP 2026-07-28, transports).
    """
    error = message.body.get("error")
    if asked is None or not is_modern(asked) or not isinstance(error, dict):
        return 200
    return ERROR_CODE_HTTP_STATUS.get(error.get("code", 0), 200)


def _answered_key(message: Message, opened: Opened, asked: Message | None) -> IdKey:
    """Return the id that an answer answers.

    Over HTTP an error about the whole message need not know its id (MCP, transports).
    """
    whole = (
        asked is not None and not opened.streamed and (message.id is None or opened.status >= 400)
    )
    return id_key(asked.id if asked is not None and whole else message.id)


async def _tell(session: Session, body: bytes) -> None:
    try:
        async with session.channel.send(body, session.headers({})):
            return
    except UpstreamFailed as error:
        _log.warning("a tool server could not be told that its question is refused: %s", error)
