"""A browser page that reaches the loopback address under a name of its own (DNS rebinding)."""

from __future__ import annotations

import pytest

from tests.worlds.gateway import World, call_body

BODY = call_body("pay", {"to": "x", "amount": 1})


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "127.0.0.1:1", ""],
)
def test_another_host_is_refused(till: World, host: str) -> None:
    port = till.url.rpartition(":")[2]
    reply = till.post(BODY, headers={"host": host.format(port=port)})
    assert reply.status == 421
    assert till.executed() == []


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "file://", "http://127.0.0.1.evil.example", "127.0.0.1"],
)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_another_origin_is_refused(till: World, origin: str, method: str) -> None:
    headers = {**till.headers(), "origin": origin}
    response = till.client.request(method, till.url + "/mcp/till", json=BODY, headers=headers)
    assert response.status_code == 403
    assert till.executed() == []


def test_no_page_may_ask_across_origins(till: World) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    response = till.client.request("OPTIONS", till.url + "/mcp/till", headers=headers)
    assert "access-control-allow-origin" not in response.headers


def test_its_own_names_are_let_through(till: World) -> None:
    port = till.url.rpartition(":")[2]
    body = call_body("look", {"to": "x"})
    headers = {"host": f"localhost:{port}", "origin": f"http://localhost:{port}"}
    assert till.post(body, headers=headers).done


def test_where_no_passkey_counts_is_said_at_the_start(till: World) -> None:
    """The plan names no console, and it is served on another port than the usual one."""
    said = " ".join((till.path / "gateway.err").read_text().split())
    assert f"no passkey counts at {till.console}, only at http://localhost:8932" in said
