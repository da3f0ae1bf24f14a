"""Headers that say something else than the body: whoever routes by headers would be fooled."""

from __future__ import annotations

import base64
import json

import pytest

from tests.worlds.gateway import World, call_body, refused, reply_of

ENCODED = "=?base64?" + base64.b64encode(b"look").decode() + "?="
RIGHT = "=?base64?" + base64.b64encode(b"pay").decode() + "?="


@pytest.mark.parametrize(
    "headers",
    [
        {"mcp-method": "tools/list"},
        {"mcp-method": "ping", "mcp-name": "pay"},
        {"mcp-method": ""},
        {"mcp-method": "tools/call", "mcp-name": "look"},
        {"mcp-name": "Pay"},
        {"mcp-name": ""},
        {"mcp-name": ENCODED},
        {"mcp-name": "=?base64?###?="},
        {"mcp-name": "=?base64?/w==?="},
        {"mcp-name": b"p\xe4y"},
    ],
)
def test_a_header_that_differs_is_refused(till: World, headers: dict[str, str]) -> None:
    body = call_body("pay", {"to": "x", "amount": 1})
    decided = refused(till, lambda: till.post(body, headers=headers), "invalid-request")
    assert decided.agent == "payer"


@pytest.mark.parametrize(
    "twice",
    [
        [("mcp-name", "pay"), ("mcp-name", "look")],
        [("mcp-method", "tools/call"), ("mcp-method", "ping")],
        [("mcp-session-id", "a"), ("mcp-session-id", "b")],
        [("mcp-protocol-version", "2025-11-25"), ("mcp-protocol-version", "2026-07-28")],
        [("mcp-param-amount", "1"), ("mcp-param-amount", "9000")],
        [("authorization", "Bearer wk_x")],
    ],
)
def test_a_header_that_stands_there_twice_is_refused(
    till: World, twice: list[tuple[str, str]]
) -> None:
    raw = json.dumps(call_body("pay", {"to": "x", "amount": 1})).encode()
    headers = [*till.headers().items(), *twice]
    ask = lambda: reply_of(till.client.post(till.url + "/mcp/till", content=raw, headers=headers))  # noqa: E731
    refused(till, ask, "invalid-request")


def test_a_header_without_a_name_in_the_body_is_refused(till: World) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    refused(till, lambda: till.post(body, headers={"mcp-name": "pay"}), "invalid-request")


@pytest.mark.parametrize("name", ["pay", RIGHT])
def test_headers_that_say_the_same_are_let_through(till: World, name: str) -> None:
    body = call_body("pay", {"to": "x", "amount": 1})
    assert till.post(body, headers={"mcp-method": "tools/call", "mcp-name": name}).done
