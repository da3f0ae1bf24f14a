"""The desk's tool server: a real client, both transports, both protocol eras."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import httpx2
import pytest
from desk.service import Desk
from desk.store import Store
from desk.tools import DRIFTED, catalogue
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server

from .conftest import CREDENTIAL, DESK, Start

ERAS = [("auto", "2026-07-28"), ("legacy", "2025-11-25")]
REFUND = {
    "order_id": "ORD-10405",
    "amount": 24.5,
    "currency": "EUR",
    "reason": "damaged",
    "request_id": "r-1",
}


@pytest.fixture
def in_process(database: Path):
    with contextlib.closing(Store.open(database)) as store:
        yield Desk(store).server()


@contextlib.asynccontextmanager
async def over_http(url: str, mode: str, **more):
    headers = {"Authorization": f"Bearer {CREDENTIAL}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode, **more) as client,
    ):
        yield client


def over_stdio(database: Path, mode: str) -> Client:
    arguments = [str(DESK / "serve.py"), "--database", str(database), "--stdio"]
    return Client(StdioServerParameters(command=sys.executable, args=arguments), mode=mode)


async def refund_and_look(client: Client) -> None:
    paid = await client.call_tool("refund", dict(REFUND))
    found = await client.call_tool("lookup_refund", {"request_id": "r-1"})
    assert paid.structured_content == {"refund_id": 1, "order_id": "ORD-10405", "amount": 24.5}
    assert found.structured_content == {"found": True, "amount": 24.5}


@pytest.mark.parametrize(("mode", "version"), ERAS)
async def test_it_works_over_http(start: Start, mode: str, version: str):
    async with over_http(start().url, mode) as client:
        assert client.protocol_version == version
        await refund_and_look(client)


@pytest.mark.parametrize(("mode", "version"), ERAS)
async def test_it_works_over_stdio(database: Path, mode: str, version: str):
    async with over_stdio(database, mode) as client:
        assert client.protocol_version == version
        await refund_and_look(client)


async def test_the_listing_is_the_catalogue(in_process: Server):
    async with Client(in_process) as client:
        listed = (await client.list_tools()).tools
    assert [tool.name for tool in listed] == [tool.name for tool in catalogue()]
    for tool in listed:
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint == tool.name.startswith(("lookup", "read"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "24.50"},
        {"amount": 0},
        {"amount": -5},
        {"order_id": "ord-10405"},
        {"order_id": "ORD-10405\n"},
        {"currency": "USD"},
        {"reason": "because"},
        {"request_id": ""},
        {"extra": 1},
    ],
)
async def test_arguments_out_of_the_schema_change_nothing(in_process: Server, wrong: dict):
    async with Client(in_process) as client:
        answer = await client.call_tool("refund", {**REFUND, **wrong})
        found = await client.call_tool("lookup_refund", {"request_id": "r-1"})
    assert answer.is_error
    assert found.structured_content == {"found": False}


async def test_an_unknown_tool_is_a_protocol_error(in_process: Server):
    async with Client(in_process) as client:
        with pytest.raises(MCPError, match="no tool"):
            await client.call_tool("drop_tables", {})


async def test_without_the_credential_there_is_nothing(start: Start):
    url = start().url
    wrong = (b"", b"Bearer wrong", b"bearer " + CREDENTIAL.encode(), CREDENTIAL.encode())
    async with httpx2.AsyncClient() as http:
        assert (await http.post(url, json={})).status_code == 401
        assert (await http.get(url)).status_code == 401
        for header in (*wrong, b"Bearer \xff\xfe"):
            answer = await http.post(url, json={}, headers=[(b"authorization", header)])
            assert answer.status_code == 401, header


async def test_a_foreign_host_or_origin_is_refused(start: Start):
    url, body = start().url, {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {CREDENTIAL}"}) as http:
        host = await http.post(url, json=body, headers={"Host": "evil.example"})
        origin = await http.post(url, json=body, headers={"Origin": "http://evil.example"})
    assert (host.status_code, origin.status_code) == (421, 403)


async def test_clients_of_the_newer_era_hear_that_a_description_changed(start: Start):
    running = start()
    async with over_http(running.url, "auto") as client:
        async with client.listen(tools_list_changed=True) as events:
            running.drift.touch()
            async with asyncio.timeout(5):
                await anext(aiter(events))
        assert DRIFTED in {t.description for t in (await client.list_tools()).tools}


async def test_clients_of_the_older_era_hear_that_a_description_changed(start: Start):
    running = start()
    heard = asyncio.Event()

    async def hear(message: object) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            heard.set()

    async with over_http(running.url, "legacy", message_handler=hear) as client:
        await client.list_tools()
        async with asyncio.timeout(5):
            while not heard.is_set():
                running.drift.unlink() if running.drift.exists() else running.drift.touch()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(heard.wait(), 0.3)
