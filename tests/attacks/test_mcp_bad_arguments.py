"""Arguments that are no valid request (decision semantics, 1): refused, recorded, not released."""

from __future__ import annotations

import pytest

from tests.worlds.gateway import World, refused

DEEP = b'{"a":' * 33 + b"1" + b"}" * 33
VERY_DEEP = b"[" * 5000 + b"]" * 5000
CASES = {
    "nan": b'{"to":"x","amount":NaN}',
    "infinity": b'{"to":"x","amount":Infinity}',
    "minus-infinity": b'{"to":"x","amount":-Infinity}',
    "too-large-for-a-float": b'{"to":"x","amount":1e400}',
    "integer-beyond-2^53": b'{"to":"x","amount":1,"count":9007199254740992}',
    "integer-below": b'{"to":"x","amount":1,"count":-9007199254740993}',
    "amount-beyond-2^53": b'{"to":"x","amount":9007199254740993}',
    "whole-float-beyond-2^53": b'{"to":"x","amount":1e17}',
    "lone-surrogate": b'{"to":"\\ud800","amount":1}',
    "lone-surrogate-in-a-key": b'{"to":"x","amount":1,"more":{"\\udfff":1}}',
    "surrogate-bytes": b'{"to":"\xed\xa0\x80","amount":1}',
    "not-utf-8": b'{"to":"\xff","amount":1}',
    "same-key-twice": b'{"to":"x","amount":1,"amount":9000}',
    "same-key-twice-by-escape": b'{"to":"x","amount":1,"\\u0061mount":9000}',
    "same-key-twice-inside": b'{"to":"x","amount":1,"more":{"deep":1,"deep":2}}',
    "too-deep": b'{"to":"x","amount":1,"more":{"deep":' + DEEP + b"}}",
    "far-too-deep": b'{"to":"x","amount":1,"more":{"deep":' + VERY_DEEP + b"}}",
    "over-64-KiB": b'{"to":"x","amount":1,"note":"' + b"n" * 65_536 + b'"}',
    "over-1-MiB": b'{"to":"x","amount":1,"note":"' + b"n" * (1 << 20) + b'"}',
    "entity": b'{"to":"x","amount":1,"more":{"deep":{"__entity":{"type":"Agent","id":"a"}}}}',
    "extension": b'{"to":"x","amount":{"__extn":{"fn":"decimal","arg":"1.0"}}}',
    "extension-in-a-list": b'{"to":"x","amount":1,"more":{"deep":[{"__extn":1}]}}',
    "text-for-a-number": b'{"to":"x","amount":"9,000"}',
    "number-text": b'{"to":"x","amount":"1"}',
    "boolean-for-a-number": b'{"to":"x","amount":true}',
    "list-for-a-number": b'{"to":"x","amount":[1]}',
    "object-for-a-text": b'{"to":{"name":"x"},"amount":1}',
    "null": b'{"to":null,"amount":1}',
    "missing": b'{"to":"x"}',
    "extra-key": b'{"to":"x","amount":1,"approved":true}',
    "extra-key-inside": b'{"to":"x","amount":1,"more":{"deep":1,"deeper":2}}',
    "key-in-another-case": b'{"to":"x","amount":1,"Amount":9000}',
    "reference-elsewhere": b'{"to":"x","amount":1,"$ref":"http://127.0.0.1:9/x"}',
    "more-places-than-can-be-counted": b'{"to":"x","amount":100.00001}',
    "fraction-for-an-integer": b'{"to":"x","amount":1,"count":1.5}',
    "a-list": b"[]",
    "a-text": b'"to"',
    "positional": b'["x","order",9000]',
    "nothing": b"null",
    "a-comment": b'{"to":"x","amount":1/**/}',
    "cut-off": b'{"to":"x","amount":1',
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_as_an_invalid_request(till: World, name: str) -> None:
    decided = refused(till, lambda: till.call_raw("pay", CASES[name]), "invalid-request")
    assert decided.agent == "payer"


@pytest.mark.parametrize(
    "amount", [b"-1", b"-0.0", b"0", b"-1e-4", b"0.0001", b"1000.01", b"1000.0001"]
)
def test_an_amount_outside_every_band_has_no_authority(till: World, amount: bytes) -> None:
    arguments = b'{"to":"x","amount":%s}' % amount
    decided = refused(till, lambda: till.call_raw("pay", arguments), "no-authority")
    assert decided.decision.controls == ("limits",)


@pytest.mark.parametrize("amount", [b"200.0001", b"200.01", b"1000", b"2.5e2"])
def test_an_amount_just_over_the_lone_band_waits_for_a_person(till: World, amount: bytes) -> None:
    before = till.executed()
    reply = till.call_raw("pay", b'{"to":"y","amount":%s}' % amount)
    assert reply.reason == "review-required"
    assert till.executed() == before


@pytest.mark.parametrize("name", ["Pay", "PAY", "pay ", " pay", "pay\\u200b", "p\\u0430y", "", "."])
def test_another_spelling_of_a_tool_is_no_tool(till: World, name: str) -> None:
    arguments = b'{"to":"x","amount":1}'
    refused(till, lambda: till.call_raw(name, arguments), "unknown-tool")


def test_a_tool_that_the_plan_does_not_name_is_unknown(till: World) -> None:
    refused(till, lambda: till.call("unnamed"), "unknown-tool")


@pytest.mark.parametrize("name", [None, 5, ["pay"], {"name": "pay"}])
def test_a_tool_name_that_is_no_text_is_invalid(till: World, name: object) -> None:
    params = {"name": name, "arguments": {"to": "x", "amount": 1}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    refused(till, lambda: till.post(body), "invalid-request")


@pytest.mark.parametrize(
    ("meta", "more"),
    [
        ({"watchkeeper/idempotencyKey": 7}, {}),
        ({"watchkeeper/idempotencyKey": ""}, {}),
        ({"watchkeeper/idempotencyKey": "k" * 1000}, {}),
        ({"traceparent": "t" * 5000}, {}),
        ({"watchkeeper/claims": {"model": "m" * 5000}}, {}),
        ({}, {"task": {"ttl": 5}}),
        ({}, {"inputResponses": {"a": 2**60}}),
        ({}, {"requestState": [2**70]}),
    ],
)
def test_what_stands_beside_the_arguments_is_checked_too(
    till: World, meta: dict[str, object], more: dict[str, object]
) -> None:
    params = {"name": "pay", "arguments": {"to": "x", "amount": 1}, "_meta": meta, **more}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    refused(till, lambda: till.post(body), "invalid-request")


def test_the_call_that_all_these_differ_from_is_carried_out(till: World) -> None:
    before = len(till.executed())
    assert till.call_raw("pay", b'{"to":"x","amount":1.25,"count":3,"more":{"deep":[1]}}').done
    assert len(till.executed()) == before + 1
