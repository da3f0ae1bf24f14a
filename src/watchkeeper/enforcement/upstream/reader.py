"""The gateway's own client of a tool server: lists its tools as they are, and reads facts.

Speaks both protocol eras, see `greeting`. What a server lists is kept as it came, since pins are
digests of exactly that.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from watchkeeper.enforcement.upstream.answer import result_in
from watchkeeper.enforcement.upstream.channel import BrokenOff, Channel, NeverSent, Sent
from watchkeeper.enforcement.upstream.greeting import (
    MODERN,
    Greeted,
    Greeting,
    modern_headers,
    modern_meta,
)
from watchkeeper.errors import UpstreamFailed

_MAX_PAGES = 100
_GONE = 404
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
        self._greeted: Greeted | None = None
        self._greeting = Greeting(self._living, self._render, self._note, seconds)
        self._connecting: asyncio.Task[Greeted] | None = None
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

        All of it takes at most `seconds`; without them a server that is only now started has the
        time of a start beside that of an answer.

        Raises:
            UpstreamFailed: no answer in time, or an error.
        """
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await self._asked(method, params, seconds)
                except NeverSent:
                    # It was started anew, or has forgotten us: once more, from the beginning.
                    self.forget()
                    return await self._asked(method, params, seconds)
        except TimeoutError:
            raise UpstreamFailed("the tool server did not answer in time") from None

    async def close(self) -> None:
        """Let go of the server."""
        if (task := self._connecting) is not None:
            task.cancel()
            await asyncio.wait({task})
        await self._channel.close()

    def forget(self) -> None:
        """Greet it again before the next request."""
        self._greeted = None

    async def _asked(
        self, method: str, params: dict[str, Any], seconds: float | None
    ) -> dict[str, Any]:
        greeted = await self._connected()
        async with asyncio.timeout(seconds or self._seconds):
            return await self._request(greeted, method, params)

    async def _connected(self) -> Greeted:
        """Wait until the server was greeted; who can wait no longer leaves that to go on."""
        if self._channel.alive and self._greeted is not None:
            return self._greeted
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
            self._connecting.add_done_callback(_take)
        task = self._connecting
        await asyncio.wait({task})
        if task.cancelled():
            raise UpstreamFailed("the tool server was let go of")
        return task.result()

    async def _connect(self) -> Greeted:
        try:
            self._greeted = await self._greeting.greet()
            return self._greeted
        finally:
            self._connecting = None

    def _living(self) -> Channel:
        if not self._channel.alive:
            self._channel, self._greeted = self._open(), None
        return self._channel

    async def _request(
        self, greeted: Greeted, method: str, params: dict[str, Any]
    ) -> dict[str, Any]:
        headers, meta = dict(greeted.headers), {}
        if greeted.era == MODERN:
            headers, meta = modern_headers(method), modern_meta()
            if method == "tools/call":
                headers["mcp-name"] = str(params["name"])
        if method == "tools/call" and self._beside is not None:
            # For each time that it is sent: what was refused once may have been used up.
            sent = self._beside(method, params)
            headers, meta = {**headers, **sent.headers}, {**meta, **sent.meta}
        body = self._render(method, {**params, "_meta": meta} if meta else params)
        return await self._sent(body, headers)

    async def _sent(self, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        status = 0
        try:
            async with self._channel.send(body, headers) as opened:
                status = opened.status
                return await result_in(opened, self._note)
        except UpstreamFailed as error:
            if status == _GONE or isinstance(error, BrokenOff):
                self.forget()
            raise

    def _render(self, method: str, params: Mapping[str, Any]) -> bytes:
        message = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        return orjson.dumps(message)

    def _note(self, method: str) -> None:
        if method == "notifications/tools/list_changed":
            self.list_changed.set()


def _take(task: asyncio.Task[Greeted]) -> None:
    """Look at how it ended: who waited for it may have gone."""
    if not task.cancelled():
        task.exception()
