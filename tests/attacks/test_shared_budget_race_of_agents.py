"""Agents that all ask at once for the last of a shared sum: together they never pass it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.worlds.gateway import Reply, World, call_body, open_till, reply_of
from tests.worlds.till_workspace import till_files
from watchkeeper.records.action import Outcome
from watchkeeper.verify import verify_log

CAP = Decimal(100)
_AGENTS = ("payer", "other", "stranger")
_AUTHORITY = """\
agent: {0}
grants:
  - id: {0}-gifts
    granted_by: ana
    control: limits
    actions: [till/give]
    valid_until: 2099-12-31
    bands:
      - {{argument: amount, least: 0.01, alone: 1000.00}}
"""
_BUDGETS = """\
budgets:
  - {id: purse, granted_by: ana, control: limits, of: {tools: [till/give]}, within: 30d,
     sum: 100.00, currency: EUR, count: 60}
"""


def _files(folder: Path, keys: Mapping[str, str], **changes: Any) -> dict[str, str]:
    files = till_files(folder, keys, grants={"gifts": 100_000}, **changes)
    tools = files["tools/till.yaml"]
    money = "writes: true, money: {amount: amount, always: EUR}, clear: [amount]}\n  look"
    assert "writes: true, clear: [amount]}\n  look" in tools
    files["tools/till.yaml"] = tools.replace("writes: true, clear: [amount]}\n  look", money)
    files["budgets.yaml"] = _BUDGETS
    for agent in _AGENTS[1:]:
        files[f"authority/{agent}.yaml"] = _AUTHORITY.format(agent)
    return files


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    with open_till(tmp_path / "world", _files) as world:
        yield world


async def _at_once(own: World, amounts: list[float]) -> list[Reply]:
    async with httpx2.AsyncClient(timeout=60) as client:
        asked = (
            client.post(
                own.url + "/mcp/till",
                json=call_body("give", {"amount": amount}),
                headers=own.headers(_AGENTS[n % 3]),
            )
            for n, amount in enumerate(amounts)
        )
        return [reply_of(response) for response in await asyncio.gather(*asked)]


def _given(own: World) -> Decimal:
    return sum((Decimal(str(done["arguments"]["amount"])) for done in own.executed()), Decimal(0))


async def test_agents_at_once_never_spend_more_than_there_is(own: World) -> None:
    amounts = [30.1, 7.7, 12.5, 0.5, 3.3, 9.99, 20.0, 1.01] * 5
    replies = await _at_once(own, amounts)
    assert Decimal(90) < _given(own) <= CAP
    assert sum(reply.done for reply in replies) == len(own.executed())
    assert {reply.reason for reply in replies if not reply.done} == {"forbidden"}
    assert {d.agent for d in own.decisions() if d.decision.outcome is Outcome.ALLOW} > {"payer"}
    own.kill()
    own.start()
    await _at_once(own, amounts)
    assert Decimal(90) < _given(own) <= CAP
    assert len(own.executed()) <= 60
    own.end()
    found = verify_log(own.home / "log", workers=1)
    assert found.findings == ()
    assert "charges to shared budgets added up again" in found.steps[9].detail
