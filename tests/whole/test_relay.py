"""Both eras through a real gateway to a real server of the SDK, by HTTP and by stdio."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "tests" / "servers" / "everything.py"
sys.path.insert(0, str(ROOT / "scripts"))

from conformance_gateway import Gateway, start_gateway  # noqa: E402 - beside the package

ERAS = ("auto", "legacy")


@contextlib.contextmanager
def fixture_by_http() -> Iterator[str]:
    command = [sys.executable, str(FIXTURE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


@pytest.fixture(scope="module", params=["http", "stdio"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("relay") / str(request.param)
    made.mkdir()
    return made


@pytest.fixture(scope="module")
def gateway(folder: Path) -> Iterator[Gateway]:
    with contextlib.ExitStack() as stack:
        target = f"{sys.executable} {FIXTURE} --stdio"
        if folder.name == "http":
            target = stack.enter_context(fixture_by_http())
        yield stack.enter_context(start_gateway(target, folder, "localhost:1"))


@contextlib.asynccontextmanager
async def connected(gateway: Gateway, era: str, **more: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {gateway.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(
            streamable_http_client(f"{gateway.origin}/mcp", http_client=http), mode=era, **more
        ) as client,
    ):
        yield client


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_comes_back_as_it_is(gateway: Gateway, era: str) -> None:
    async with connected(gateway, era) as client:
        answer = await client.call_tool("test_simple_text", {})
        assert answer.content[0].text == "This is a simple text response for testing."
        failed = await client.call_tool("test_error_handling", {})
    assert failed.is_error
    assert "watchkeeper" not in (failed.structured_content or {})


@pytest.mark.parametrize("era", ERAS)
async def test_tools_are_listed_with_ours_and_kept_from_shared_caches(
    gateway: Gateway, era: str
) -> None:
    async with connected(gateway, era) as client:
        listed = await client.list_tools()
    names = [tool.name for tool in listed.tools]
    assert "test_simple_text" in names
    assert names[-1] == "watchkeeper_result"
    if era == "auto":
        assert listed.cache_scope == "private"


@pytest.mark.parametrize("era", ERAS)
async def test_progress_reaches_the_agent_in_order(gateway: Gateway, era: str) -> None:
    came: list[float] = []

    async def progress(done: float, _total: float | None, _message: str | None) -> None:
        came.append(done)

    async with connected(gateway, era) as client:
        await client.call_tool("test_tool_with_progress", {}, progress_callback=progress)
    assert came == sorted(came)
    assert len(came) >= 3


@pytest.mark.parametrize("era", ERAS)
async def test_many_at_once_in_one_connection(gateway: Gateway, era: str) -> None:
    async with connected(gateway, era) as client:
        answers = await asyncio.gather(
            *(client.call_tool("test_simple_text", {}) for _ in range(24))
        )
    assert not any(answer.is_error for answer in answers)


@pytest.mark.parametrize("era", ERAS)
async def test_resources_and_prompts_that_the_tool_file_names_pass(
    gateway: Gateway, era: str
) -> None:
    async with connected(gateway, era) as client:
        resources = await client.list_resources()
        read = await client.read_resource(str(resources.resources[0].uri))
        prompts = await client.list_prompts()
    assert read.contents
    assert prompts.prompts


async def test_a_stream_that_the_server_ends_is_taken_up_again(gateway: Gateway) -> None:
    """2025-11-25, polling: the answer comes by GET, and its effect is recorded then."""
    async with connected(gateway, "legacy") as client:
        answer = await client.call_tool("test_reconnection", {})
    assert not answer.is_error


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize("folder", ["stdio"], indirect=True)
@pytest.mark.parametrize("era", ERAS)
async def test_a_started_server_that_dies_is_started_again_for_the_next(
    gateway: Gateway, folder: Path, era: str
) -> None:
    async with connected(gateway, era) as client:
        assert not (await client.call_tool("test_simple_text", {})).is_error
    before = children_of(folder)
    assert before
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    async with connected(gateway, era) as client:
        again = await client.call_tool("test_simple_text", {})
        assert not again.is_error
    assert not set(before) & set(children_of(folder))


def children_of(folder: Path) -> list[int]:
    """The fixture processes that stand in this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if str(FIXTURE).encode() in words and (entry / "cwd").resolve() == folder.resolve():
                found.append(int(entry.name))
    return found
