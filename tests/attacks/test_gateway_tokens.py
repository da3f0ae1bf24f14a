"""Who is not let in: no token, somebody else's, one taken back, one of an agent that is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.worlds.gateway import World, call_body, open_till, refused
from tests.worlds.till_workspace import till_files

BODY = call_body("pay", {"to": "x", "amount": 1})


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Bearer",
        "Bearer wk_",
        "Bearer " + "x" * 60_000,
        "Basic cGF5ZXI6cGF5ZXI=",
        "Digest {token}",
        "{token}",
        "Bearer {digest}",
        "Bearer {token}x",
        "Bearer {token},{token}",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_without_a_token_that_counts_nobody_is_anybody(
    till: World, value: str | None, method: str
) -> None:
    token = till.tokens["payer"]
    digest = hashlib.sha256(token.encode()).hexdigest()
    headers = {"content-type": "application/json"}
    if value is not None:
        headers["authorization"] = value.format(token=token, digest=digest)
    before, size = till.health()[1]["unauthenticatedRequests"], len(till.entries())
    url = till.url + "/mcp/till"
    response = till.client.request(method, url, headers=headers, content=b"{}")
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert till.health()[1]["unauthenticatedRequests"] == before + 1
    assert len(till.entries()) == size  # counted, not recorded
    assert till.executed() == []


@pytest.mark.parametrize("where", ["?access_token={token}", "?token={token}"])
def test_a_token_in_the_address_is_none(till: World, where: str) -> None:
    url = till.url + "/mcp/till" + where.format(token=till.tokens["payer"])
    assert till.client.post(url, json=BODY).status_code == 401


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("tokens") / "world") as world:
        yield world


def test_a_token_that_was_taken_back_no_longer_counts(own: World) -> None:
    assert own.call("look", agent="other", to="x").done
    own.ask("ana", "revoke-token", {"name": "other-1"})
    assert own.post(BODY, agent="other").status == 401
    own.kill()
    own.start()
    assert own.post(BODY, agent="other").status == 401


def test_a_token_outlives_its_agent_and_is_worth_nothing(own: World) -> None:
    """A newer plan leaves the agent out: its calls are refused by name, and recorded."""
    session = own.post(_hello(), agent="stranger").headers["mcp-session-id"]
    own.release(till_files(own.till, own.keys, agents=("payer", "other")))
    for headers in ({}, {"mcp-session-id": session}):
        ask = lambda given=headers: own.post(BODY, agent="stranger", headers=given)  # noqa: E731
        decided = refused(own, ask, "unknown-agent")
        assert decided.agent == "stranger"


def test_a_server_of_somebody_elses_system_is_refused_and_recorded(own: World) -> None:
    refused(own, lambda: own.post(BODY, path="/mcp/bank"), "unknown-tool")


@pytest.mark.parametrize(
    "path", ["/mcp/..", "/mcp/../healthz", "/mcp/%2e%2e", "/mcp/till%2f..", "/"]
)
def test_no_path_leads_around_the_doors(own: World, path: str) -> None:
    before = own.executed()
    response = own.client.post(own.url + path, json=BODY, headers=own.headers())
    assert response.status_code in {307, 403, 404, 405}
    assert own.executed() == before


def _hello() -> dict[str, object]:
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "s"}}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
