"""The gateway's own client of a tool server: lists its tools as they are, and reads facts.

Speaks both protocol eras: asks `server/discover` (2026-07-28) first, and shakes hands
(2025-11-25) where a server does not know it. What a server lists is kept as it came, since pins
are digests of exactly that.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import orjson

from watchkeeper.enforcement.upstream.channel import (
    Arrived,
    BrokenOff,
    Channel,
    NeverSent,
    Sent,
)
from watchkeeper.errors import RecordInvalid, UpstreamFailed
from watchkeeper.ledger.canonical import parse_json

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
_META = "io.modelcontextprotocol/"
_CLIENT = {"name": "watchkeeper", "version": "1"}
_MAX_PAGES = 100
_DISCOVER_SECONDS = 3.0
_MAX_DEPTH = 128
_MAX_BYTES = 16 << 20
BesideRead = Callable[[str, Mapping[str, Any]], Sent]
"""Says what goes beside a method with its params; may raise NeverSent."""


class Reader:
    """One connection of our own to one tool server; calls may run at the same time.

    `open_channel` is called again where a started server has ended; `beside` says what goes beside
    each call of a tool.
    """

    def __init__(
        self,
        open_channel: Callable[[], Channel],
        seconds: float = 10.0,
        *,
        beside: BesideRead | None = None,
    ) -> None:
        self._open, self._seconds, self._beside = open_channel, seconds, beside
        self._channel = open_channel()
        self._ids = itertools.count(1)
        self._era: str | None = None
        self._headers: dict[str, str] = {}
        self._connecting = asyncio.Lock()
        self.list_changed = asyncio.Event()

    async def list_tools(self) -> list[dict[str, Any]]:
        """Return the tool definitions exactly as the server lists them, all pages.

        Raises:
            UpstreamFailed: no answer, or one that is no list of tools.
        """
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            result = await self.ask("tools/list", {"cursor": cursor} if cursor else {})
            tools = result.get("tools")
            if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
                raise UpstreamFailed("the tool server's list of tools is no list of tools")
            found += tools
            cursor = result.get("nextCursor")
            if not isinstance(cursor, str) or not cursor:
                return found
        raise UpstreamFailed("the tool server's list of tools does not end")

    async def read(self, tool: str, arguments: Mapping[str, Any], seconds: float) -> Any:
        """Call a read tool and return its structured content.

        Raises:
            UpstreamFailed: no answer in time, an error, or no structured content.
        """
        params = {"name": tool, "arguments": dict(arguments)}
        result = await self.ask("tools/call", params, seconds)
        if result.get("isError"):
            raise UpstreamFailed("the tool answered with an error")
        content = result.get("structuredContent")
        if not isinstance(content, dict):
            raise UpstreamFailed("the tool answered without structured content")
        return content

    async def ask(
        self, method: str, params: dict[str, Any], seconds: float | None = None
    ) -> dict[str, Any]:
        """Send one request and return its result.

        Raises:
            UpstreamFailed: no answer in time, or an error.
        """
        try:
            async with asyncio.timeout(seconds or self._seconds):
                try:
                    return await self._asked(method, params)
                except NeverSent:
                    # It was started anew, or has forgotten us: once more, from the beginning.
                    self.forget()
                    return await self._asked(method, params)
        except TimeoutError:
            raise UpstreamFailed("the tool server did not answer in time") from None

    async def close(self) -> None:
        """Let go of the server."""
        await self._channel.close()

    def forget(self) -> None:
        """Shake hands again before the next request."""
        self._era = None

    async def _asked(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        await self._connected()
        return await self._request(method, params)

    async def _connected(self) -> None:
        async with self._connecting:
            self._renew()
            if self._era is not None:
                return
            if await self._is_modern():
                self._era = MODERN
                return
            self._renew()
            await self._shake_hands()
            self._era = LEGACY

    def _renew(self) -> None:
        if not self._channel.alive:
            self._channel, self._era = self._open(), None

    async def _is_modern(self) -> bool:
        """Ask for what only the newer era knows; an older server may refuse, hang, or even end."""
        self._era, self._headers = MODERN, {}
        try:
            async with asyncio.timeout(min(_DISCOVER_SECONDS, self._seconds / 2)):
                answer = await self._request("server/discover", {})
        except NeverSent:
            raise
        except (UpstreamFailed, TimeoutError):
            return False
        finally:
            self._era = None
        versions = answer.get("supportedVersions")
        return isinstance(versions, list) and MODERN in versions

    async def _shake_hands(self) -> None:
        params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": _CLIENT}
        body = self._render("initialize", params)
        async with self._channel.send(body, {}) as opened:
            result = await self._result(opened.messages, opened.status)
            session = opened.headers.get("mcp-session-id")
        version = result.get("protocolVersion")
        self._headers = {"mcp-protocol-version": version if isinstance(version, str) else LEGACY}
        if session:
            self._headers["mcp-session-id"] = session
        done = orjson.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
        async with self._channel.send(done, self._headers):
            return

    async def _request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        headers, meta = dict(self._headers), {}
        if self._era == MODERN:
            meta = _modern_meta()
            headers = {"mcp-protocol-version": MODERN, "mcp-method": method}
            if method == "tools/call":
                headers["mcp-name"] = str(params["name"])
        if method == "tools/call" and self._beside is not None:
            # For each time that it is sent: what was refused once may have been used up.
            sent = self._beside(method, params)
            headers, meta = {**headers, **sent.headers}, {**meta, **sent.meta}
        if meta:
            params = {**params, "_meta": meta}
        try:
            async with self._channel.send(self._render(method, params), headers) as opened:
                return await self._result(opened.messages, opened.status)
        except BrokenOff:
            self.forget()
            raise

    def _render(self, method: str, params: dict[str, Any]) -> bytes:
        message = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        return orjson.dumps(message)

    async def _result(self, messages: AsyncIterator[Arrived], status: int) -> dict[str, Any]:
        async for arrived in messages:
            if not arrived.data:
                continue
            try:
                message = parse_json(arrived.data, max_bytes=_MAX_BYTES, max_depth=_MAX_DEPTH)
            except RecordInvalid as error:
                raise UpstreamFailed(f"the tool server's answer is no JSON: {error}") from None
            if not isinstance(message, dict):
                raise UpstreamFailed("the tool server's answer is no message")
            if "method" in message:
                if message["method"] == "notifications/tools/list_changed":
                    self.list_changed.set()
                continue
            result = message.get("result")
            if isinstance(result, dict):
                return result
            if status == 404:
                self.forget()
            raise UpstreamFailed("the tool server answered with an error")
        if status == 404:
            self.forget()
        raise UpstreamFailed(f"the tool server answered nothing (HTTP {status})")


def _modern_meta() -> dict[str, Any]:
    return {
        f"{_META}protocolVersion": MODERN,
        f"{_META}clientInfo": _CLIENT,
        f"{_META}clientCapabilities": {},
    }
