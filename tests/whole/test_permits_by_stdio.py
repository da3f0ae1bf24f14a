"""A tool server that the gateway starts demands permits too: they come beside the arguments."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.gateway import World, open_till
from tests.worlds.till_workspace import SERVERS, till_files
from watchkeeper.records.action import Boundary

_VERSION = "io.modelcontextprotocol/protocolVersion"
_META = {
    _VERSION: "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def _files(folder: Path, keys: Mapping[str, str], **changes: Any) -> dict[str, str]:
    files = till_files(folder, keys, **changes)
    keys_file = folder.parent / "home" / "permits.jwks"
    said = files["tools/till.yaml"].splitlines()
    at = next(n for n, line in enumerate(said) if line.startswith("command:"))
    words = [sys.executable, str(SERVERS / "till_stdio.py"), str(folder), str(keys_file)]
    said[at : at + 1] = [f"command: {json.dumps(words)}", "permit: {audience: till}"]
    # The agent's own till is started within the first call, and is slow to start.
    text = (
        "\n".join(said)
        .replace("timeout: 3s", "timeout: 50s")
        .replace("timeout: 1s", "timeout: 20s")
    )
    return {**files, "tools/till.yaml": text + "\n"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("stdio") / "world", _files) as opened:
        while not (opened.till / "used").exists():
            time.sleep(0.05)
        time.sleep(2.2)  # the store has just begun: what is made in its first second is refused
        yield opened


def test_a_call_and_the_fact_before_it_come_with_permits(world: World) -> None:
    before = (world.till / "used").read_text().splitlines()
    reply = world.call("pay", meta=_META, to="x", amount=10.5, key="k-1")
    assert reply.done, reply.body
    assert world.executed()[-1]["arguments"]["key"] == "k-1"
    assert world.decisions()[-1].point.boundary is Boundary.PERMIT_VERIFIED
    lines = (world.till / "used").read_text().splitlines()
    assert len(lines) == len(before) + 2  # the read of the fact, and the call
    assert world.decisions()[-1].action_id in lines[-1]


def test_what_a_person_approved_comes_with_one_too(world: World) -> None:
    asked = world.call("drop", meta=_META, what="x")
    assert asked.reason == "review-required"
    world.approve(asked.handle)
    arguments = {"handle": asked.handle}
    reply = world.call("watchkeeper_result", meta=_META, **arguments)
    assert reply.done, reply.body
    assert world.executed()[-1]["name"] == "drop"
