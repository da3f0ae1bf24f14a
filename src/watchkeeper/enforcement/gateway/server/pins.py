"""Tool definitions as their servers list them now, against the pins of the release (design, 5).

Read at start, when a server says that its list changed, and at most `pins_max_age_seconds` before
a call. This finds declared drift, not changed behaviour.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from watchkeeper.enforcement.upstream.reader import Reader
from watchkeeper.errors import RecordInvalid, UpstreamFailed
from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.loop.home import Home
from watchkeeper.loop.steps import FactQuery

_log = logging.getLogger("watchkeeper.pins")


class Pins:
    """The gateway's own view of one tool server; also reads its declared facts."""

    def __init__(self, home: Home, server: str, reader: Reader) -> None:
        self._home, self._server, self._reader = home, server, reader
        self._read_at: int | None = None
        self._reading = asyncio.Lock()
        self._ended = 0
        self.failure: str | None = "not read yet"

    async def fresh(self) -> None:
        """See to it that the definitions were read recently enough for a call."""
        if self._is_fresh():
            return
        ended = self._ended
        async with self._reading:
            # Who waited for a try that failed takes that as its answer: a silent server costs each
            # call one timeout, however many calls there are.
            waited_in_vain = self._ended != ended and self.failure is not None
            if not self._is_fresh() and not waited_in_vain:
                await self._read()
                self._ended += 1

    def stale(self) -> None:
        """The server said that its list changed: read it again before the next call."""
        # Not by the time of the last reading: one that is under way began before the change.
        self._reader.list_changed.set()

    async def read_fact(self, query: FactQuery) -> Any:
        """Ask the server for a declared fact."""
        self._check_pin(query.source.tool)
        seconds = query.source.timeout_millis / 1000
        return await self._reader.read(query.source.tool, query.arguments, seconds)

    async def read_content(self, tool: str, arguments: dict[str, Any]) -> Any:
        """Ask the server by the read that settles an unknown effect."""
        self._check_pin(tool)
        return await self._reader.read(tool, arguments, 30.0)

    def _check_pin(self, tool: str) -> None:
        """A fact is only read by a tool that is still the one that was released."""
        entry = self._home.enforcer.tool(self._server, tool)
        if entry is None or self._home.pins.get((self._server, tool)) != entry.tool.pin:
            raise UpstreamFailed("the tool that reads it is not the one that was released")

    async def close(self) -> None:
        """Let go of the server."""
        await self._reader.close()

    def _is_fresh(self) -> bool:
        if self._reader.list_changed.is_set() or self._read_at is None:
            return False
        age = self._home.clock.monotonic() - self._read_at
        return age < self._home.enforcer.bundle.limits.pins_max_age_seconds * 1_000_000

    async def _read(self) -> None:
        self._reader.list_changed.clear()
        try:
            definitions = await self._reader.list_tools()
        except UpstreamFailed as error:
            self._forget()
            self.failure = error.message
            _log.warning("the tools of %s can not be read: %s", self._server, error.message)
            return
        self._forget()
        for definition in definitions:
            self._note(definition)
        self._read_at = self._home.clock.monotonic()
        self.failure = None

    def _forget(self) -> None:
        for key in [key for key in self._home.pins if key[0] == self._server]:
            del self._home.pins[key]

    def _note(self, definition: dict[str, Any]) -> None:
        name = definition.get("name")
        if not isinstance(name, str):
            return
        key = (self._server, name)
        try:
            pin = tool_pin(definition)
        except RecordInvalid:
            pin = "no canonical form"
        # Two definitions under one name: neither is the one that was released.
        self._home.pins[key] = "listed twice" if key in self._home.pins else pin
