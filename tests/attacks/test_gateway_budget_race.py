"""Many calls at once for the last of a budget: together they never overspend."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.worlds.gateway import Reply, World, call_body, open_till, reply_of


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("race") / "world"
    with open_till(folder, grants={"total": 1000, "count": 7, "gifts": 100}) as world:
        yield world


async def _at_once(own: World, tool: str, many: list[dict[str, Any]]) -> list[Reply]:
    async with httpx2.AsyncClient(timeout=60, headers=own.headers()) as client:
        url = own.url + "/mcp/till"
        asked = (client.post(url, json=call_body(tool, arguments)) for arguments in many)
        return [reply_of(response) for response in await asyncio.gather(*asked)]


def _spent(own: World, tool: str) -> Decimal:
    return sum(
        (Decimal(str(e["arguments"]["amount"])) for e in own.executed() if e["name"] == tool),
        Decimal(0),
    )


async def test_parallel_calls_never_spend_more_than_there_is(own: World) -> None:
    amounts = [30.1, 33.3, 7.7, 12.5, 40.0, 0.5] * 8
    replies = await _at_once(own, "give", [{"amount": amount} for amount in amounts])
    assert Decimal(90) < _spent(own, "give") <= Decimal(100)
    assert sum(reply.done for reply in replies) == len(own.executed())
    assert {reply.reason for reply in replies if not reply.done} == {"no-authority"}


async def test_parallel_calls_are_never_more_than_may_be(own: World) -> None:
    many = [{"to": f"{n}", "amount": 1} for n in range(30)]
    replies = await _at_once(own, "pay", many)
    assert len(own.executed()) == 7
    assert sum(reply.done for reply in replies) == 7
    allowed = [d for d in own.decisions() if d.decision.outcome.value == "allow"]
    assert len(allowed) == len(own.effects()) == 7


async def test_what_is_unknown_keeps_its_budget(own: World) -> None:
    own.mood(pay="lost")
    replies = await _at_once(own, "pay", [{"to": f"{n}", "amount": 140.0} for n in range(9)])
    assert {reply.reason for reply in replies} == {"effect-unknown", "no-authority"}
    own.mood()
    assert own.call("pay", to="later", amount=1).reason == "no-authority"
    own.kill()
    own.start()
    assert own.call("pay", to="later", amount=1).reason == "no-authority"
    assert own.effects() == []
