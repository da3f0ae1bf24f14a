"""Several calls in one message, or what is no message: refused as a whole, and recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.worlds.gateway import World, call_body, refused

GOOD = call_body("pay", {"to": "batch", "amount": 1})
BODIES: dict[str, bytes] = {
    "batch": json.dumps([GOOD, {**GOOD, "id": 2}]).encode(),
    "batch-of-one": json.dumps([GOOD]).encode(),
    "empty-batch": b"[]",
    "two-messages": json.dumps(GOOD).encode() + b"\n" + json.dumps(GOOD).encode(),
    "empty": b"",
    "a-number": b"7",
    "another-version": json.dumps({**GOOD, "jsonrpc": "1.0"}).encode(),
    "no-version": json.dumps({k: v for k, v in GOOD.items() if k != "jsonrpc"}).encode(),
    "id-null": json.dumps({**GOOD, "id": None}).encode(),
    "id-boolean": json.dumps({**GOOD, "id": True}).encode(),
    "id-fraction": json.dumps({**GOOD, "id": 1.5}).encode(),
    "id-object": json.dumps({**GOOD, "id": {}}).encode(),
    "method-list": json.dumps({**GOOD, "method": ["tools/call"]}).encode(),
    "params-list": json.dumps({**GOOD, "params": ["pay", {}]}).encode(),
    "method-twice": b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":'
    b'{"name":"pay","arguments":{"to":"x","amount":1}}}',
    "name-twice": b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":'
    b'{"name":"look","name":"pay","arguments":{"to":"x","amount":1}}}',
    "result-and-error": b'{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
    "byte-order-mark": b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    "utf-16": json.dumps(GOOD).encode("utf-16"),
    "utf-16-without-a-mark": json.dumps(GOOD).encode("utf-16-le"),
    "utf-32": json.dumps(GOOD).encode("utf-32-be"),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_not_exactly_one_message_is_refused(till: World, name: str) -> None:
    refused(till, lambda: till.post(BODIES[name]), "invalid-request")


@pytest.mark.parametrize("extra", [{"method": "tools/call"}, {"tools/call": 1}, {"params": None}])
def test_a_message_with_more_or_less_in_it_is_not_two(till: World, extra: dict[str, Any]) -> None:
    before = till.executed()
    reply = till.post({"jsonrpc": "2.0", "id": 1, "result": {}, **extra})
    assert reply.status in {200, 400}
    assert till.executed() == before
