"""One agent with what belongs to another: its session, its handle, its result, its key."""

from __future__ import annotations

import pytest

from tests.worlds.gateway import Reply, World, call_body, refused

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "payer", "version": "1"},
    },
}


def _session(till: World, agent: str = "payer") -> dict[str, str]:
    reply = till.post(HELLO, agent=agent)
    assert reply.status == 200, reply.body
    return {"mcp-session-id": reply.headers["mcp-session-id"]}


@pytest.mark.parametrize("tool", ["send", "look"])
def test_another_agents_session_does_not_exist(till: World, tool: str) -> None:
    session = _session(till)
    before = till.executed()
    body = call_body(tool, {"to": "x", "text": "from another"})
    reply = till.post(body, agent="other", headers=session)
    assert reply.status == 404
    assert till.executed() == before
    assert till.post(call_body("look", {"to": "x"}), headers=session).status == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_agents_session_can_not_be_heard_or_ended(till: World, method: str) -> None:
    session = _session(till)
    headers = {**till.headers("other"), **session}
    response = till.client.request(method, till.url + "/mcp/till", headers=headers)
    assert response.status_code == 404
    assert till.post(call_body("look", {"to": "x"}), headers=session).status == 200


def test_an_ended_session_does_not_come_back(till: World) -> None:
    session = _session(till)
    headers = {**till.headers(), **session}
    assert till.client.delete(till.url + "/mcp/till", headers=headers).status_code == 200
    assert till.post(call_body("look", {"to": "x"}), headers=session).status == 404


@pytest.mark.parametrize("session", ["", "0", "../../x", "a" * 4000])
def test_a_guessed_session_does_not_exist(till: World, session: str) -> None:
    reply = till.post(call_body("look", {"to": "x"}), headers={"mcp-session-id": session})
    assert reply.status == 404


def test_what_an_agent_calls_itself_is_not_who_it_is(till: World) -> None:
    meta = {"io.modelcontextprotocol/clientInfo": {"name": "payer", "version": "1"}}
    body = call_body("pay", {"to": "x", "amount": 1}, meta)
    decided = refused(till, lambda: till.post(body, agent="other"), "no-authority")
    assert decided.agent == "other"


def _waiting(till: World, what: str) -> Reply:
    reply = till.call("drop", what=what)
    assert reply.reason == "review-required"
    return reply


def test_another_agents_handle_is_no_handle(till: World) -> None:
    handle = _waiting(till, "handle").handle
    till.approve(handle)
    ask = lambda: till.call("watchkeeper_result", agent="other", handle=handle)  # noqa: E731
    decided = refused(till, ask, "invalid-request")
    assert decided.agent == "other"
    assert till.call("watchkeeper_result", handle=handle).done


def test_another_agents_identical_call_does_not_join(till: World) -> None:
    first = _waiting(till, "joined")
    till.approve(first.handle)
    before = till.executed()
    second = till.call("drop", agent="other", what="joined")
    assert second.reason == "review-required"
    assert second.handle != first.handle
    assert till.executed() == before


def test_another_agents_result_is_not_told(till: World) -> None:
    first = _waiting(till, "told")
    till.approve(first.handle)
    assert till.call("watchkeeper_result", handle=first.handle).done
    ask = lambda: till.call("watchkeeper_result", agent="other", handle=first.handle)  # noqa: E731
    refused(till, ask, "invalid-request")


def test_a_key_belongs_to_its_agent(till: World) -> None:
    meta = {"watchkeeper/idempotencyKey": "shared"}
    assert till.call("send", meta=meta, to="a", text="mine").done
    done = len(till.executed())
    assert till.call("send", agent="other", meta=meta, to="a", text="other's").done
    assert len(till.executed()) == done + 1


@pytest.mark.parametrize(
    "handle", ["", "esc_0", "esc_" + "0" * 32, None, 5, ["esc_"], "a" * 70_000]
)
def test_a_guessed_handle_is_refused(till: World, handle: object) -> None:
    refused(till, lambda: till.call("watchkeeper_result", handle=handle), "invalid-request")
