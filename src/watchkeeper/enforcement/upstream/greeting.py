"""How a connection of our own begins: which protocol era a tool server speaks.

MCP 2026-07-28 has `server/discover`; a server of 2025-11-25 refuses it, is silent, or ends, and
shakes hands instead. Silence says nothing of a process that is still starting: it is asked both,
and what it answers first decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from watchkeeper.enforcement.upstream.answer import Note, result_in
from watchkeeper.enforcement.upstream.channel import BrokenOff, Channel, NeverSent
from watchkeeper.errors import UpstreamFailed

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
_META = "io.modelcontextprotocol/"
_CLIENT = {"name": "watchkeeper", "version": "1"}
_DISCOVER_SECONDS = 3.0
_DONE = orjson.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
_SHAKE: Mapping[str, Any] = {
    "protocolVersion": LEGACY,
    "capabilities": {},
    "clientInfo": _CLIENT,
}
Render = Callable[[str, Mapping[str, Any]], bytes]
"""Writes a request with an id of its own."""


@dataclass(frozen=True, slots=True)
class Greeted:
    """The era that a server speaks, and the headers that go with each request in it."""

    era: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Greeting:
    """Greets the server behind `living`, which gives a channel that can be used.

    `seconds` is what an answer may take; a process has the time of a start for its first one.
    """

    living: Callable[[], Channel]
    render: Render
    note: Note
    seconds: float

    async def greet(self) -> Greeted:
        """Return how to speak with it.

        Raises:
            UpstreamFailed: no answer in time, or an error.
        """
        channel = self.living()
        async with _limit(channel, self.seconds):
            found = await self._found(channel)
        if found is None:
            # It may have ended at what it does not know: a new process has a start of its own.
            channel = self.living()
            async with _limit(channel, self.seconds):
                found = await self._shaken(channel)
        if found.era == LEGACY:
            async with _limit(channel, self.seconds), channel.send(_DONE, found.headers):
                pass
        return found

    async def _found(self, channel: Channel) -> Greeted | None:
        """Return what its answers say; None where the older greeting is still to be made."""
        tasks: list[asyncio.Task[Any]] = [probe := asyncio.create_task(self._is_modern(channel))]
        try:
            await asyncio.wait(tasks, timeout=min(_DISCOVER_SECONDS, self.seconds / 2))
            if probe.done():
                return Greeted(MODERN) if probe.result() else None
            if channel.start is None:
                return None
            tasks.append(shaken := asyncio.create_task(self._shaken(channel)))
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return await _judged(probe, shaken)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _is_modern(self, channel: Channel) -> bool:
        """Ask for what only the newer era knows; an older server may refuse, hang, or even end."""
        body = self.render("server/discover", {"_meta": modern_meta()})
        try:
            async with channel.send(body, modern_headers("server/discover")) as opened:
                answer = await result_in(opened, self.note)
        except NeverSent:
            raise
        except UpstreamFailed:
            return False
        versions = answer.get("supportedVersions")
        return isinstance(versions, list) and MODERN in versions

    async def _shaken(self, channel: Channel) -> Greeted:
        async with channel.send(self.render("initialize", _SHAKE), {}) as opened:
            result = await result_in(opened, self.note)
            session = opened.headers.get("mcp-session-id")
        version = result.get("protocolVersion")
        headers = {"mcp-protocol-version": version if isinstance(version, str) else LEGACY}
        return Greeted(LEGACY, {**headers, "mcp-session-id": session} if session else headers)


def modern_headers(method: str) -> dict[str, str]:
    """Return the headers of a request of the newer era."""
    return {"mcp-protocol-version": MODERN, "mcp-method": method}


def modern_meta() -> dict[str, Any]:
    """Return what stands in `_meta` of each request of the newer era."""
    return {
        f"{_META}protocolVersion": MODERN,
        f"{_META}clientInfo": _CLIENT,
        f"{_META}clientCapabilities": {},
    }


async def _judged(probe: asyncio.Task[bool], shaken: asyncio.Task[Greeted]) -> Greeted | None:
    """Decide by what was answered; a refused handshake alone says nothing of the newer era."""
    took_hands = shaken.done() and shaken.exception() is None
    if (probe.done() or not took_hands) and await probe:
        return Greeted(MODERN)
    try:
        return await shaken
    except BrokenOff:
        return None


@asynccontextmanager
async def _limit(channel: Channel, seconds: float) -> AsyncIterator[None]:
    start = channel.start or 0.0
    try:
        async with asyncio.timeout(max(start, seconds)):
            yield
    except TimeoutError:
        told = "after its start" if start > seconds else "in time"
        raise UpstreamFailed(f"the tool server did not answer {told}") from None
