"""A state is good once: twice, twice at once, or overtaken, it takes nothing up."""

from __future__ import annotations

import asyncio

import httpx2

from tests.worlds.gateway import World, call_body, refused, reply_of
from tests.worlds.hosts import CAPABILITIES, VERSION, Host, asked


def test_twice_it_is_refused(till: World) -> None:
    host = Host(till)
    first = host.call("drop", what="twice")
    till.approve(first.handle)
    assert host.again(first, "drop", what="twice").done
    refused(till, lambda: host.again(first, "drop", what="twice"), "invalid-request")


def test_one_that_a_newer_one_overtook_is_refused(till: World) -> None:
    host = Host(till)
    first = host.call("drop", what="overtaken")
    second = asked(host.again(first, "drop", what="overtaken"))
    till.approve(first.handle)
    refused(till, lambda: host.again(first, "drop", what="overtaken"), "invalid-request")
    assert host.again(second, "drop", what="overtaken").done


async def test_at_once_it_is_carried_out_once(till: World) -> None:
    host = Host(till)
    first = host.call("drop", what="at once")
    till.approve(first.handle)
    before = len(till.executed())
    meta = {VERSION: "2026-07-28", CAPABILITIES: {"elicitation": {"url": {}}}}
    bodies = [
        call_body("drop", {"what": "at once"}, meta, requestState=first.state) for _ in range(8)
    ]
    async with httpx2.AsyncClient(timeout=60, headers=till.headers()) as client:
        posts = (client.post(till.url + "/mcp/till", json=body) for body in bodies)
        replies = [reply_of(response) for response in await asyncio.gather(*posts)]
    assert sum(reply.done for reply in replies) == 1
    assert {reply.reason for reply in replies if not reply.done} == {"invalid-request"}
    assert len(till.executed()) == before + 1
