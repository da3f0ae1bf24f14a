"""The official client waits for people, in both eras, and gets what it asked for, once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult

from tests.worlds.gateway import World, open_till
from tests.worlds.stdio_door import command, environment


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway that holds calls only briefly."""
    with open_till(tmp_path_factory.mktemp("waiting") / "world") as world:
        yield world


@contextlib.asynccontextmanager
async def _connected(till: World, **more: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {till.tokens['payer']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(f"{till.url}/mcp/till", http_client=http)
        async with Client(transport, **more) as client:
            yield client


async def test_the_page_is_opened_and_the_same_call_goes_on(till: World) -> None:
    opened: list[Any] = []

    async def open_page(context: Any, params: Any) -> ElicitResult:
        del context
        opened.append(params)
        await asyncio.to_thread(till.approve, params.url.rpartition("/")[2])
        return ElicitResult(action="accept")

    async with _connected(till, mode="2026-07-28", elicitation_callback=open_page) as client:
        answer = await client.call_tool("drop", {"what": "by page"})
    assert not answer.is_error
    assert till.executed()[-1] == {"name": "drop", "arguments": {"what": "by page"}}
    assert [params.url.startswith(f"{till.console}/e/esc_") for params in opened] == [True]


async def test_a_host_that_only_says_yes_gets_nothing(till: World) -> None:
    async def yes(context: Any, params: Any) -> ElicitResult:
        del context, params
        return ElicitResult(action="accept", content={"approved": True})

    before = till.executed()
    async with _connected(
        till, mode="2026-07-28", elicitation_callback=yes, input_required_max_rounds=30
    ) as client:
        answer = await client.call_tool("drop", {"what": "yes"})
    assert answer.is_error
    assert answer.structured_content["watchkeeper"]["reason"] == "review-required"
    assert till.executed() == before


async def _held_until_heard(till: World, mode: str) -> tuple[Any, list[str | None]]:
    """Wait for a call's result until progress is heard; then the call is approved."""
    heard: list[str | None] = []
    told = asyncio.Event()

    async def progress(done: float, total: float | None, message: str | None) -> None:
        del done, total
        heard.append(message)
        told.set()

    async with _connected(till, mode=mode) as client:
        answer = await client.call_tool("drop", {"what": f"held, {mode}"})
        handle = answer.structured_content["watchkeeper"]["handle"]
        asked = {"handle": handle, "wait": 30}
        waits = asyncio.create_task(
            client.call_tool("watchkeeper_result", asked, progress_callback=progress)
        )
        await asyncio.wait_for(told.wait(), 30)
        assert not waits.done()
        await asyncio.to_thread(till.approve, handle)
        return await waits, heard


async def test_a_held_call_says_that_it_waits_and_goes_on_when_it_is_approved(till: World) -> None:
    modes = ("2026-07-28", "legacy")
    for done, heard in await asyncio.gather(*(_held_until_heard(till, mode) for mode in modes)):
        assert not done.is_error
        assert set(heard) == {"waiting for approval"}
    ran = [one["arguments"]["what"] for one in till.executed()]
    assert [ran.count(f"held, {mode}") for mode in modes] == [1, 1]


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
async def test_a_host_that_opens_no_pages_gets_a_handle(till: World, mode: str) -> None:
    async with _connected(till, mode=mode) as client:
        answer = await client.call_tool("drop", {"what": mode})
        handle = answer.structured_content["watchkeeper"]["handle"]
        await asyncio.to_thread(till.approve, handle)
        done = await client.call_tool("watchkeeper_result", {"handle": handle})
    assert not done.is_error
    assert till.executed()[-1] == {"name": "drop", "arguments": {"what": mode}}


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
async def test_the_same_by_the_stdio_door(till: World, mode: str) -> None:
    async def open_page(context: Any, params: Any) -> ElicitResult:
        del context
        await asyncio.to_thread(till.approve, params.url.rpartition("/")[2])
        return ElicitResult(action="accept")

    run = command(till.url)
    door = StdioServerParameters(
        command=run[0], args=run[1:], env=environment(till.tokens["payer"])
    )
    what = {"what": f"by stdio {mode}"}
    async with Client(stdio_client(door), mode=mode, elicitation_callback=open_page) as client:
        listed = await client.list_tools()
        answer = await client.call_tool("drop", what)
        if mode == "legacy":
            handle = answer.structured_content["watchkeeper"]["handle"]
            await asyncio.to_thread(till.approve, handle)
            answer = await client.call_tool("watchkeeper_result", {"handle": handle, "wait": 10})
    assert "watchkeeper_result" in [tool.name for tool in listed.tools]
    assert not answer.is_error
    assert till.executed()[-1] == {"name": "drop", "arguments": what}
