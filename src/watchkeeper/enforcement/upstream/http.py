"""A tool server behind streamable HTTP (MCP 2025-11-25 and 2026-07-28, transports)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2

from watchkeeper.enforcement.upstream.channel import (
    Arrived,
    BrokenOff,
    NeverSent,
    Opened,
    SessionGone,
)
from watchkeeper.enforcement.upstream.sse import events

MAX_BODY_BYTES = 16 << 20
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
)
_GONE = 404
_NOT_OURS = (401, 403, 407)
"""About our credential, not the agent's: passed on, they would tell the agent to log in."""
_KEPT_HEADERS = ("mcp-session-id", "mcp-protocol-version", "retry-after", "cache-control")


def http_client() -> httpx2.AsyncClient:
    """Return the client that all channels share: no redirects, no proxies from outside."""
    limits = httpx2.Limits(max_connections=512, max_keepalive_connections=128)
    timeout = httpx2.Timeout(connect=10.0, read=None, write=30.0, pool=10.0)
    return httpx2.AsyncClient(
        limits=limits, timeout=timeout, follow_redirects=False, trust_env=False
    )


class HttpChannel:
    """One tool server by URL; `credentials` are headers that only the gateway has."""

    def __init__(
        self, client: httpx2.AsyncClient, url: str, credentials: Mapping[str, str]
    ) -> None:
        self._client, self._url, self._credentials = client, url, dict(credentials)

    @property
    def alive(self) -> bool:
        """Always: each message finds the server by itself."""
        return True

    @asynccontextmanager
    async def send(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[Opened]:
        """Post one message."""
        wanted = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }
        request = self._client.build_request(
            "POST", self._url, content=body, headers={**headers, **wanted, **self._credentials}
        )
        async with self._opened(request) as opened:
            yield opened

    @asynccontextmanager
    async def listen(self, headers: Mapping[str, str]) -> AsyncIterator[Opened]:
        """Open the stream of what the server sends by itself (2025-11-25)."""
        wanted = {"accept": "text/event-stream"}
        request = self._client.build_request(
            "GET", self._url, headers={**headers, **wanted, **self._credentials}
        )
        async with self._opened(request) as opened:
            yield opened

    async def end(self, headers: Mapping[str, str]) -> int:
        """End the session at the server."""
        try:
            response = await self._client.delete(
                self._url, headers={**headers, **self._credentials}, timeout=10.0
            )
        except httpx2.HTTPError:
            return 502
        return response.status_code

    async def close(self) -> None:
        """The shared client is closed by its owner."""

    @asynccontextmanager
    async def _opened(self, request: httpx2.Request) -> AsyncIterator[Opened]:
        try:
            response = await self._client.send(request, stream=True)
        except _NOT_SENT as error:
            raise NeverSent(f"the tool server can not be reached: {type(error).__name__}") from None
        except httpx2.HTTPError as error:
            raise BrokenOff(f"the tool server did not answer: {type(error).__name__}") from None
        try:
            if response.status_code in _NOT_OURS:
                raise BrokenOff(f"the tool server refuses us: HTTP {response.status_code}")
            if response.status_code == _GONE and "mcp-session-id" in request.headers:
                raise SessionGone("the tool server does not know the session any more")
            streamed = response.headers.get("content-type", "").startswith("text/event-stream")
            kept = {k: v for k, v in response.headers.items() if k.lower() in _KEPT_HEADERS}
            messages = _stream(response) if streamed else _whole(response)
            yield Opened(response.status_code, messages, kept, streamed)
        finally:
            await response.aclose()


async def _stream(response: httpx2.Response) -> AsyncIterator[Arrived]:
    try:
        async for arrived in events(response.aiter_bytes()):
            yield arrived
    except httpx2.HTTPError as error:
        raise BrokenOff(f"the tool server broke off: {type(error).__name__}") from None


async def _whole(response: httpx2.Response) -> AsyncIterator[Arrived]:
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise BrokenOff("the tool server sent an answer that is too large")
    except httpx2.HTTPError as error:
        raise BrokenOff(f"the tool server broke off: {type(error).__name__}") from None
    if body:
        yield Arrived(bytes(body))
