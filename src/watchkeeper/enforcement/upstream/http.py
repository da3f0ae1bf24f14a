"""A tool server behind streamable HTTP (MCP 2025-11-25 and 2026-07-28, transports)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from watchkeeper.enforcement.upstream.channel import (
    Arrived,
    Begin,
    BrokenOff,
    NeverSent,
    Opened,
    SessionGone,
    begins,
)
from watchkeeper.enforcement.upstream.sse import events

MAX_BODY_BYTES = 16 << 20
_NOT_SENT = (
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.PoolTimeout,
    httpcore2.UnsupportedProtocol,
)
_GONE = 404
_END_SECONDS = 10.0
_NOT_OURS = (401, 403, 407)
"""About our credential, not the agent's: passed on, they would tell the agent to log in."""
_KEPT_HEADERS = ("mcp-session-id", "mcp-protocol-version", "retry-after", "cache-control")


_TIMEOUTS = {"connect": 10.0, "read": None, "write": 30.0, "pool": 10.0}
_FAILED = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException)

_FIRST_BYTE = "http11.send_request_headers.started"

Pool = httpcore2.AsyncConnectionPool


def http_pool() -> Pool:
    """Return the connections that all channels share.

    The pool itself, without the client above it: no redirects, no proxies, no cookies, nothing
    decoded, and a third of the cost of a call less.
    """
    return Pool(
        ssl_context=httpx2.create_ssl_context(trust_env=False),
        max_connections=512,
        max_keepalive_connections=128,
        keepalive_expiry=30.0,
    )


class HttpChannel:
    """One tool server by URL; `credentials` are headers that only the gateway has."""

    def __init__(self, pool: Pool, url: str, credentials: Mapping[str, str]) -> None:
        self._pool, self._url = pool, httpcore2.URL(url)
        self._own = {"host": urlsplit(url).netloc.rpartition("@")[2], **_lower(credentials)}

    @property
    def alive(self) -> bool:
        """Always: each message finds the server by itself."""
        return True

    @property
    def start(self) -> float | None:
        """None: nothing is started."""
        return None

    @asynccontextmanager
    async def send(
        self, body: bytes, headers: Mapping[str, str], begin: Begin = begins
    ) -> AsyncIterator[Opened]:
        """Post one message."""
        wanted = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "content-length": str(len(body)),
        }
        request = self._request("POST", {**headers, **wanted}, body)
        # The pool waits for a connection and opens it; only then comes the first byte of ours.
        request.extensions["trace"] = _before_the_first_byte(begin)
        async with self._opened(request) as opened:
            yield opened

    @asynccontextmanager
    async def listen(self, headers: Mapping[str, str]) -> AsyncIterator[Opened]:
        """Open the stream of what the server sends by itself (2025-11-25)."""
        request = self._request("GET", {**headers, "accept": "text/event-stream"})
        async with self._opened(request) as opened:
            yield opened

    async def end(self, headers: Mapping[str, str]) -> int:
        """End the session at the server."""
        request = self._request("DELETE", headers)
        try:
            async with asyncio.timeout(_END_SECONDS):
                response = await self._pool.handle_async_request(request)
                await response.aclose()
        except (*_FAILED, TimeoutError):
            return 502
        return response.status

    async def close(self) -> None:
        """The shared client is closed by its owner."""

    def _request(
        self, method: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> httpcore2.Request:
        lines = [(k.encode(), v.encode("latin-1")) for k, v in {**headers, **self._own}.items()]
        return httpcore2.Request(
            method, self._url, headers=lines, content=body, extensions={"timeout": _TIMEOUTS}
        )

    @asynccontextmanager
    async def _opened(self, request: httpcore2.Request) -> AsyncIterator[Opened]:
        try:
            response = await self._pool.handle_async_request(request)
        except _NOT_SENT as error:
            raise NeverSent(f"the tool server can not be reached: {type(error).__name__}") from None
        except _FAILED as error:
            raise BrokenOff(f"the tool server did not answer: {type(error).__name__}") from None
        try:
            if response.status in _NOT_OURS:
                raise BrokenOff(f"the tool server refuses us: HTTP {response.status}")
            in_session = any(name == b"mcp-session-id" for name, _ in request.headers)
            if response.status == _GONE and in_session:
                raise SessionGone("the tool server does not know the session any more")
            found = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            streamed = found.get("content-type", "").lower().startswith("text/event-stream")
            kept = {name: found[name] for name in _KEPT_HEADERS if name in found}
            messages = _stream(response) if streamed else _whole(response)
            yield Opened(response.status, messages, kept, streamed)
        finally:
            await response.aclose()


def _before_the_first_byte(begin: Begin) -> Callable[[str, Any], Awaitable[None]]:
    """Return what the pool calls at each of its steps; nothing awaits before the bytes go."""

    async def trace(step: str, _: Any) -> None:
        if step == _FIRST_BYTE:
            begin()

    return trace


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def _stream(response: httpcore2.Response) -> AsyncIterator[Arrived]:
    try:
        async for arrived in events(response.aiter_stream()):
            yield arrived
    except _FAILED as error:
        raise BrokenOff(f"the tool server broke off: {type(error).__name__}") from None


async def _whole(response: httpcore2.Response) -> AsyncIterator[Arrived]:
    body = bytearray()
    try:
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise BrokenOff("the tool server sent an answer that is too large")
    except _FAILED as error:
        raise BrokenOff(f"the tool server broke off: {type(error).__name__}") from None
    if body:
        yield Arrived(bytes(body))
