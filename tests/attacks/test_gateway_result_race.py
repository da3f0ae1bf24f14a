"""Many at once for the result of one approved action: it is carried out once."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.worlds.gateway import World, call_body, reply_of
from watchkeeper.records.action import Outcome


@pytest.mark.parametrize("tool", ["drop", "pay"])
async def test_it_is_carried_out_once(till: World, tool: str) -> None:
    arguments = {"what": "raced"} if tool == "drop" else {"to": "raced", "amount": 400}
    first = till.call(tool, **arguments)
    till.approve(first.handle)
    before = len(till.executed())
    bodies = [call_body("watchkeeper_result", {"handle": first.handle}) for _ in range(8)]
    bodies += [call_body(tool, arguments) for _ in range(4)]
    async with httpx2.AsyncClient(timeout=60, headers=till.headers()) as client:
        url = till.url + "/mcp/till"
        asked = (client.post(url, json=body) for body in bodies)
        replies = [reply_of(response) for response in await asyncio.gather(*asked)]
    assert len(till.executed()) == before + 1
    assert any(reply.done for reply in replies)
    reasons = {reply.reason for reply in replies if not reply.done}
    assert reasons <= {"effect-unknown", "review-required"}
    action = first.refusal["decision"]
    allowed = [d for d in till.decisions(action) if d.decision.outcome is Outcome.ALLOW]
    assert len(allowed) == 1
    assert len(till.effects(action)) == 1


async def test_approvals_that_race_count_as_one_each(till: World) -> None:
    reply = till.call("erase", what="twice by one")
    body = till.shown(reply.handle)[1]
    answers = await asyncio.gather(
        *(asyncio.to_thread(till.send, till.signed("ben", "approve", body)) for _ in range(6))
    )
    assert sum("result" in answer for answer in answers) == 1
    assert till.call("watchkeeper_result", handle=reply.handle).reason == "review-required"
