"""An agent that escalates a thousand times: twenty wait, and nobody else is harmed."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.worlds.gateway import Reply, World, call_body, open_till, reply_of
from watchkeeper.records.action import Outcome
from watchkeeper.verify import verify_log

THOUSAND = 1_000


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("flood") / "world") as world:
        yield world


def _resident(world: World) -> int:
    assert world.process is not None
    status = Path(f"/proc/{world.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) << 10


async def _escalated(world: World) -> list[Reply]:
    """Escalate a thousand times, eight at a time, each with arguments of 1 KiB of its own."""
    numbers = iter(range(THOUSAND))
    told: list[Reply] = []

    async def agent(client: httpx2.AsyncClient) -> None:
        for number in numbers:
            body = call_body("drop", {"what": f"{number} " + "x" * 1024})
            told.append(reply_of(await client.post(world.url + "/mcp/till", json=body)))

    async with httpx2.AsyncClient(timeout=60, headers=world.headers()) as client:
        await asyncio.gather(*(agent(client) for _ in range(8)))
    return told


async def test_twenty_wait_and_the_rest_is_refused_for_what_it_is(own: World) -> None:
    before = _resident(own)
    told = await _escalated(own)
    reasons = Counter(reply.reason for reply in told)
    assert reasons["review-required"] == 20
    assert set(reasons) == {"review-required", "too-many-pending", "too-many-requests"}
    assert reasons.total() == THOUSAND
    assert own.executed() == []
    # Twenty, and so many refusals a minute as the plan lets be recorded one by one.
    outcomes = Counter(d.decision.outcome for d in own.decisions())
    assert outcomes[Outcome.ESCALATE] == 20
    assert outcomes[Outcome.BLOCK] == reasons["too-many-pending"]
    assert _resident(own) - before < 32 << 20

    # What others do, and what people see and decide, goes on as ever.
    theirs = own.call("drop", agent="other", what="mine").handle
    began = time.monotonic()
    listed = own.ask("ben", "pending", {})
    assert time.monotonic() - began < 5
    assert Counter(item["shown"]["agent"] for item in listed) == {"payer": 20, "other": 1}
    own.approve(theirs)
    assert own.call("watchkeeper_result", agent="other", handle=theirs).done
    assert [e["arguments"]["what"] for e in own.executed()] == ["mine"]

    # A place becomes free with each that is decided, and not more than one.
    handles = [reply.handle for reply in told if reply.reason == "review-required"]
    own.refuse(handles[0])
    own.approve(handles[1])
    assert own.call("watchkeeper_result", handle=handles[1]).done
    assert own.call("drop", what="the flood goes on").reason == "review-required"
    assert own.call("drop", what="and on").reason == "review-required"
    assert own.call("drop", what="and on and on").reason in {
        "too-many-pending",
        "too-many-requests",
    }
    assert own.health()[1]["ok"]
    assert verify_log(own.home / "log", workers=1).findings == ()
