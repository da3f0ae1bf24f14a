"""HTTP to a provider: bounded in size and in time, and never where a redirect leads."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2

from watchkeeper.errors import ProviderFailed, RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json

MOST_BYTES = 1 << 18
SECONDS = 10.0
"""What one answer may hold, and how long all that a sign-in asks at once may take."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
T = TypeVar("T")


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """A transport whose answers end where they get too long."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; reading more than the bound of its answer fails."""
        answer = await super().handle_async_request(request)
        answer.stream = _Bounded(answer.stream)
        return answer


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for part in self._stream:
            left -= len(part)
            if left < 0:
                raise httpx2.DecodingError("the answer is too long")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def options() -> dict[str, Any]:
    """Return what every client of a provider is made with."""
    transport = BoundedTransport(verify=_trusted())
    return {"transport": transport, "timeout": SECONDS, "follow_redirects": False}


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that are trusted; reading them takes a while, so once."""
    return httpx2.create_ssl_context()


def plain_client() -> httpx2.AsyncClient:
    """Return a client that shows nobody who it is."""
    return httpx2.AsyncClient(**options())


async def in_time(work: Awaitable[T]) -> T:
    """Return what `work` gives, whatever the provider does to make it last.

    Raises:
        ProviderFailed: it took too long, or the provider can not be reached.
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await work
    except TimeoutError:
        raise ProviderFailed("the provider of sign-ins takes too long to answer") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise ProviderFailed(f"the provider of sign-ins can not be reached: {cut(why)}") from None


async def get_object(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    """Return the JSON object at a URL.

    Raises:
        ProviderFailed: there is none.
        httpx2.HTTPError: nothing is there.
    """
    answer = await client.get(url, headers={"accept": "application/json"})
    if answer.status_code != httpx2.codes.OK:
        raise ProviderFailed(f"the provider of sign-ins answers {answer.status_code}")
    return json_object(answer)


def json_object(answer: httpx2.Response) -> dict[str, Any]:
    """Return the JSON object that an answer holds.

    Raises:
        ProviderFailed: it holds none.
    """
    try:
        found = parse_json(answer.content, max_bytes=MOST_BYTES)
    except RecordInvalid:
        found = None
    if not isinstance(found, dict):
        raise ProviderFailed("the provider of sign-ins answers with something else")
    return found


def check_endpoint(url: object, issuer: str) -> str:
    """Return an address of a provider that may be asked.

    By https; on this machine http is enough where the provider itself says that it is here.

    Raises:
        ProviderFailed: it is none.
    """
    text = url if isinstance(url, str) else ""
    try:
        parts, home = urlsplit(text), urlsplit(issuer)
        plain = parts.scheme == "http" and home.scheme == "http"
        local = plain and {parts.hostname, home.hostname} <= _LOOPBACK
        good = (parts.scheme == "https" or local) and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or "#" in text or "@" in parts.netloc or not text.isprintable():
        raise ProviderFailed(f"the provider of sign-ins names no safe address: {cut(text)}")
    return text
