"""A call hidden in a message that passes as housekeeping: nobody downstream may find it."""

from __future__ import annotations

import json

import pytest

from tests.worlds.gateway import World, refused
from watchkeeper.enforcement.messages.rpc import parse_agent_message, with_arguments
from watchkeeper.errors import RecordInvalid

_CALL = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"pay","arguments":{}}}'


@pytest.mark.parametrize("gap", [b"\r", b"\n", b"\r\n", b"\x0b", b"\x0c"])
def test_no_line_break_of_an_agent_is_passed_on(gap: bytes) -> None:
    raw = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"a":' + gap + _CALL
    raw += gap + b"}}}"
    try:
        passed = parse_agent_message(raw).raw
    except RecordInvalid:
        return  # no white space of JSON's: not a message at all
    assert not set(passed) & set(b"\r\n\x0b\x0c")
    assert len(passed.splitlines()) == 1
    assert json.loads(passed) == json.loads(raw)


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "ping", "Method": "tools/call"},
        {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {}, "Params": {"name": "pay"}},
        {"jsonrpc": "2.0", "id": 1, "method": "ping", "method\0": "tools/call"},
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "look", "Name": "pay"},
        },
        {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"name\0": "pay"}},
        {"jsonrpc": "2.0", "id": 2**64, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"_meta": {"n": 2**53}}},
    ],
)
def test_what_two_readers_could_read_differently_is_refused(till: World, message: object) -> None:
    refused(till, lambda: till.post(message), "invalid-request")


def test_of_a_call_only_what_a_call_has_is_sent_on() -> None:
    params = {"name": "look", "arguments": {"a": 1}, "Arguments2": {"b": 2}, "extra": True}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    message = parse_agent_message(json.dumps(body).encode())
    sent = json.loads(with_arguments(message, b'{"a":1}'))
    assert sent["params"] == {"name": "look", "arguments": {"a": 1}}
