"""One id for two requests at once: the answer to one must never count as that of the other."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx2

from tests.attacks.test_mcp_another_agent import HELLO
from tests.worlds.gateway import World, refused, reply_of


def _call(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def test_an_id_that_is_still_open_in_a_session_is_refused(till: World) -> None:
    session = {"mcp-session-id": till.post(HELLO).headers["mcp-session-id"]}
    till.mood(send="hold")
    first: list[Any] = []
    body = _call(7, "send", to="a", text="held")
    call = threading.Thread(target=lambda: first.append(till.post(body, headers=session)))
    call.start()
    while not (till.till / "holding").exists():
        call.join(0.01)
    second = _call(7, "drop", what="second")
    refused(till, lambda: till.post(second, headers=session), "invalid-request")
    till.mood()
    call.join(30)
    assert first[0].done
    assert first[0].result["content"][0]["text"] == "done send"


async def test_clients_of_one_agent_without_sessions_never_get_each_others_answers(
    till: World,
) -> None:
    """Each client counts its ids from 1 on; they reach one process of the tool server."""
    async with httpx2.AsyncClient(timeout=60) as client:

        async def call(tool: str, **arguments: Any) -> str:
            body = _call(1, tool, **arguments)
            url = till.url + "/mcp/till"
            response = await client.post(url, json=body, headers=till.headers())
            reply = reply_of(response)
            return str(reply.result["content"][0]["text"])

        wanted = [("pay", {"to": f"{n}", "amount": 0.5}) for n in range(8)]
        sends = [("send", {"to": "crowd", "text": f"{n}"}) for n in range(8)]
        pairs = [pair for both in zip(wanted, sends, strict=True) for pair in both]
        told = await asyncio.gather(*(call(tool, **arguments) for tool, arguments in pairs))
    assert told == [f"done {tool}" for tool, _ in pairs]
    mine = [d for d in till.decisions() if d.tool in {"pay", "send"}]
    assert all(len(till.effects(d.action_id)) == 1 for d in mine[-16:])


def test_an_answer_that_comes_too_late_is_nobodys(till: World) -> None:
    """The id of a call that was given up may be used again: its late answer finds nobody."""
    session = {"mcp-session-id": till.post(HELLO).headers["mcp-session-id"]}
    till.mood(pay="hold")
    first = till.post(_call(9, "pay", to="late", amount=0.5), headers=session)
    assert first.reason == "effect-unknown"
    till.mood()
    second = till.post(_call(9, "send", to="b", text="next"), headers=session)
    assert second.done
    assert second.result["content"][0]["text"] == "done send"
    decided = [d for d in till.decisions() if d.tool == "pay"][-1]
    assert till.effects(decided.action_id) == []
