"""Ask a tool server for its tools, and keep their definitions exactly as it listed them.

A pin covers the whole definition, so what the SDK would drop or reorder must not be lost: the
answers are taken off the wire, beside the SDK's session that negotiates and asks.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from anyio.streams.memory import MemoryObjectReceiveStream
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCResponse
from pydantic import ValidationError

from watchkeeper.errors import UpstreamFailed, cut

MAX_PAGES = 200
MAX_TOOLS = 10_000
_ADVICE = "check the command or the URL, and its credential"
Message = SessionMessage | Exception


def list_tools(
    target: Sequence[str] | str,
    *,
    headers: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    timeout: float = 30.0,
) -> list[dict[str, Any]]:
    """Return the definitions of every tool of a server, as JSON objects, in its order.

    `target` is a command line (stdio) or a URL (streamable HTTP); `timeout` is in seconds, for
    the whole listing.

    Raises:
        UpstreamFailed: no answer in time, an error, or an answer that lists no tools.
    """
    rubbish: list[Exception] = []
    try:
        with _quiet():
            way = _Way(target, dict(headers or {}), dict(env or {}), cwd)
            return anyio.run(_list, way, timeout, rubbish)
    except UpstreamFailed:
        raise
    except TimeoutError:
        why = f"no answer within {timeout:g} s"
        if rubbish:
            why += f"; what came can not be read: {cut(_last_line(rubbish[-1]))}"
        raise UpstreamFailed(why, _ADVICE) from None
    except BaseExceptionGroup as group:
        raise UpstreamFailed(f"could not list tools: {cut(_first(group))}", _ADVICE) from None
    except (MCPError, OSError, ValueError, RuntimeError, httpx2.HTTPError) as error:
        raise UpstreamFailed(f"could not list tools: {cut(error)}", _ADVICE) from None


@dataclass(frozen=True, slots=True)
class _Way:
    """How a tool server is reached."""

    target: Sequence[str] | str
    headers: dict[str, str]
    env: dict[str, str]
    cwd: str | None


async def _list(way: _Way, seconds: float, rubbish: list[Exception]) -> list[dict[str, Any]]:
    with anyio.fail_after(seconds):
        async with AsyncExitStack() as stack:
            seen: list[dict[str, Any]] = []
            transport = _tapped(_transport(way, stack), seen, rubbish)
            client = await stack.enter_async_context(Client(transport, cache=None))
            return await _pages(client, seen)


async def _pages(client: Client, seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        seen.clear()
        # The SDK refuses a page for one odd tool in it; we look at each tool by itself later.
        with contextlib.suppress(ValidationError):
            await client.list_tools(cursor=cursor, cache_mode="bypass")
        page = next((result for result in reversed(seen) if "tools" in result), None)
        if page is None or not isinstance(page["tools"], list):
            raise UpstreamFailed("the answer lists no tools", _ADVICE)
        tools.extend(tool for tool in page["tools"] if isinstance(tool, dict))
        cursor = page.get("nextCursor")
        if not isinstance(cursor, str) or len(tools) > MAX_TOOLS:
            return tools[:MAX_TOOLS]
    raise UpstreamFailed(f"more than {MAX_PAGES} pages of tools", "the server never ends its list")


@asynccontextmanager
async def _transport(way: _Way, stack: AsyncExitStack) -> AsyncIterator[Any]:
    if isinstance(way.target, str):
        client = await stack.enter_async_context(
            httpx2.AsyncClient(headers=way.headers, timeout=30.0)
        )
        async with streamable_http_client(way.target, http_client=client) as streams:
            yield streams
        return
    command, *arguments = way.target
    parameters = StdioServerParameters(command=command, args=arguments, env=way.env, cwd=way.cwd)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: ASYNC230, PTH123 - a device
        async with stdio_client(parameters, errlog=nowhere) as streams:
            yield streams


@asynccontextmanager
async def _tapped(
    transport: Any, seen: list[dict[str, Any]], rubbish: list[Exception]
) -> AsyncIterator[Any]:
    """Pass every message on, and keep the results that go by, and what was no message."""
    async with transport as (read, write), anyio.create_task_group() as group:
        send, receive = anyio.create_memory_object_stream[Message](0)

        async def relay(source: MemoryObjectReceiveStream[Message]) -> None:
            async with send, source:
                async for item in source:
                    if isinstance(item, Exception):
                        rubbish.append(item)
                    if isinstance(item, SessionMessage) and isinstance(
                        item.message, JSONRPCResponse
                    ):
                        seen.append(item.message.result)
                    with contextlib.suppress(anyio.BrokenResourceError):
                        await send.send(item)

        group.start_soon(relay, read)
        yield receive, write
        group.cancel_scope.cancel()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the SDK from logging, with tracebacks, what we say in a sentence."""
    log = logging.getLogger("mcp")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("Invalid")), lines[0] if lines else "")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
