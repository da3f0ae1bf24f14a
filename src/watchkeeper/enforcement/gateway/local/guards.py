"""Guards at the local socket: who they are, how many there are, and their lines.

What a guard is let do is what its agent may do with the functions of one server that the plan has
as Python functions. It says nothing about actions that others carry out: a call that somebody
else was given leave for, or that nobody was, ends the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.enforcement.door.guarding import POINT
from watchkeeper.enforcement.door.lines import MAX_CALLS, MAX_LINE, parse_line, render_line
from watchkeeper.enforcement.gateway.local.guarded import GuardedCall, OutOfTurnError
from watchkeeper.enforcement.gateway.local.guarding import Guarding
from watchkeeper.enforcement.gateway.local.reading import LineReader, LineTooLongError
from watchkeeper.errors import NotAuthorised, RecordInvalid, WatchkeeperError
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry

MOST_GUARDS = 48
MOST_GUARDS_OF_AN_AGENT = 16
_DRAIN_SECONDS = 10.0
_MOST_PINS = 1024
_log = logging.getLogger("watchkeeper.guards")


@dataclass(slots=True)
class _Line:
    """A guard's line: its calls under way by number, and the last number that it gave."""

    guarding: Guarding
    calls: dict[int, GuardedCall] = field(default_factory=dict)
    last: int = 0


class Guards:
    """All guards that are connected to one gateway."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel.at(POINT)
        self._connected: Counter[str] = Counter()
        self._lines: list[_Line] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        kernel.home.listeners.append(self._heard)

    async def serve(self, hello: Any, lines: LineReader, writer: asyncio.StreamWriter) -> int:
        """Stay with a guard until it goes; returns how often it was nobody whom we know."""
        try:
            guarding = self._welcome(hello, writer)
        except WatchkeeperError as error:
            said = {"code": error.code, "message": error.message, "advice": error.advice}
            writer.write(render_line({"error": said}))
            await writer.drain()
            return int(isinstance(error, NotAuthorised))
        line = _Line(guarding)
        self._connected[guarding.agent] += 1
        self._lines.append(line)
        try:
            guarding.tell({"result": {"agent": guarding.agent}})
            await self._listen(line, lines)
        finally:
            writer.close()
            self._lines.remove(line)
            self._connected[guarding.agent] -= 1
            for call in tuple(line.calls.values()):
                call.lost()
        return 0

    async def drain(self) -> None:
        """Take no more calls, and wait a while for those under way."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=_DRAIN_SECONDS)

    def _welcome(self, hello: Any, writer: asyncio.StreamWriter) -> Guarding:
        said = hello if isinstance(hello, dict) else {}
        token, server = said.get("token"), said.get("server")
        if not isinstance(token, str) or not isinstance(server, str):
            raise RecordInvalid("a guard says its token and its server")
        digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
        found = self._kernel.home.state.tokens.get(digest)
        if found is None:
            raise NotAuthorised(
                "the gateway does not know the token", "make one with `watchkeeper do token`"
            )
        if self._closing or (
            self._connected.total() >= MOST_GUARDS
            or self._connected[found.agent] >= MOST_GUARDS_OF_AN_AGENT
        ):
            raise RecordInvalid("too many guards at the same time")
        pins = _pins(said.get("pins"))
        return Guarding(self._kernel, found.agent, digest, server, writer, pins)

    async def _listen(self, line: _Line, lines: LineReader) -> None:
        guarding = line.guarding
        try:
            with contextlib.suppress(ConnectionError):
                while (said := await lines.line(MAX_LINE, None)) is not None:
                    self._hear(line, parse_line(said))
                    # One that sends without listening is not read from, either.
                    await guarding.writer.drain()
        except (RecordInvalid, LineTooLongError, OutOfTurnError, TimeoutError) as error:
            why = str(error) or "a line that did not end"
            _log.warning("a guard of %s was let go: %s", guarding.agent, why)
            guarding.tell({"error": {"code": "guard", "message": why, "advice": ""}})

    def _hear(self, line: _Line, message: dict[str, Any]) -> None:
        if "pins" in message:
            line.guarding.pins = _pins(message["pins"])
            return
        number = message.get("call")
        if isinstance(number, bool) or not isinstance(number, int):
            raise OutOfTurnError("a line without the number of its call")
        call = line.calls.get(number)
        if call is not None:
            call.hear(message)
            return
        if number <= line.last or not ("tool" in message or "handle" in message):
            raise OutOfTurnError("a word on a call that is not under way")
        line.last = number
        self._begin(line, number, message)

    def _begin(self, line: _Line, number: int, message: dict[str, Any]) -> None:
        call = GuardedCall(line.guarding, number)
        if self._closing or len(line.calls) >= MAX_CALLS:
            call.turn_away("The gateway takes no more calls of this guard now.")
            return
        line.calls[number] = call
        task = asyncio.create_task(call.run(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: line.calls.pop(number, None))

    def _heard(self, entry: Entry) -> None:
        """Tell the calls that a stop takes hold of."""
        if entry.record.kind is Kind.STOP:
            for line in self._lines:
                for call in tuple(line.calls.values()):
                    call.stopped_by(entry.record.predicate.scope)


def _pins(said: Any) -> dict[str, str]:
    if not isinstance(said, dict) or len(said) > _MOST_PINS:
        raise RecordInvalid("a guard says the digests of its functions")
    if not all(isinstance(pin, str) for pin in said.values()):
        raise RecordInvalid("a digest of a function is a text")
    return said
