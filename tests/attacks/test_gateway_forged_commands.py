"""Commands that nobody may give: forged, replayed, stale, for another log, in a wrong role."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.gateway import World
from tests.worlds.homes import Person
from watchkeeper import wiring
from watchkeeper.records.codec import to_json
from watchkeeper.records.people import Signature

STOP = {"scopeKind": "agent", "scopeName": "stranger", "reason": None}


def _refused(till: World, signature: Signature, code: str, beside: Any = None) -> None:
    size = len(till.entries())
    answer = till.send(signature, beside)
    assert answer.get("error", {}).get("code") == code, answer
    assert len(till.entries()) == size


def _changed(signature: Signature, **changes: Any) -> Signature:
    """Change what was signed, and leave the signature as it was."""
    said = json.loads(base64.b64decode(signature.payload))
    raw = json.dumps({**said, **changes}, sort_keys=True, separators=(",", ":")).encode()
    return replace(signature, payload=base64.b64encode(raw).decode())


def test_a_command_signed_with_another_key_is_forged(till: World) -> None:
    _refused(till, till.signed("ana", "stop", STOP, signed_by="dan"), "command-invalid")


def test_a_key_that_is_not_in_the_plan_signs_nothing(till: World) -> None:
    till.people["ana2"] = Person("ana")
    _refused(till, till.signed("ana", "stop", STOP, signed_by="ana2"), "command-invalid")


def test_somebody_who_is_not_in_the_plan_says_nothing(till: World) -> None:
    till.people["eve"] = Person("eve")
    _refused(till, till.signed("eve", "stop", STOP), "not-authorised")


@pytest.mark.parametrize(
    "changes",
    [
        {"body": {**STOP, "scopeName": "payer"}},
        {"person": "ben"},
        {"verb": "resume"},
        {"nonce": "0" * 32},
        {"origin": "example.org/other/0"},
    ],
)
def test_what_was_changed_after_signing_is_forged(till: World, changes: dict[str, Any]) -> None:
    _refused(till, _changed(till.signed("ana", "stop", STOP), **changes), "command-invalid")


def test_a_command_for_another_log_is_refused(till: World) -> None:
    signature = till.signed("ana", "stop", STOP, origin="example.org/other/0")
    _refused(till, signature, "command-invalid")


@pytest.mark.parametrize("seconds", [-301, -86_400, 301, 86_400])
def test_a_stale_command_or_one_from_the_future_is_refused(till: World, seconds: int) -> None:
    at = wiring.clock().wall().plus(seconds)
    _refused(till, till.signed("ana", "stop", STOP, at=at), "command-invalid")


def _other_spellings(signature: Signature) -> list[Signature]:
    """The same signature in other letters: unused bits, white space, no padding, another case."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = signature.sig.rstrip("=")
    last = alphabet[alphabet.index(bare[-1]) ^ 1]
    return [
        signature,
        replace(signature, sig=bare[:-1] + last + "=="),
        replace(signature, sig=signature.sig + "\n"),
        replace(signature, sig=bare),
        replace(signature, payload=signature.payload + "\n"),
        replace(signature, keyid=signature.keyid.upper()),
    ]


@pytest.mark.parametrize("spelling", range(6))
@pytest.mark.parametrize("restart", [False, True])
def test_a_command_counts_once(till: World, spelling: int, restart: bool) -> None:
    signature = till.signed("ana", "stop", STOP)
    assert "result" in till.send(signature)
    till.resume("agent:stranger")
    if restart:
        till.kill()
        till.start()
    _refused(till, _other_spellings(signature)[spelling], "command-invalid")
    assert till.call("look", agent="stranger", to="x").reason == "no-authority"


@pytest.mark.parametrize(
    ("person", "verb", "body"),
    [
        ("ben", "resume", STOP),
        ("ben", "token", {"agent": "payer", "name": "mine", "digest": "a" * 64}),
        ("ben", "revoke-token", {"name": "payer-1"}),
        ("ben", "tokens", {}),
        ("ben", "accept-clock", {}),
        ("ben", "resolve", {"actionId": "x", "status": "failed"}),
        ("dan", "release", {"plan": "0" * 64, "previous": None}),
    ],
)
def test_a_role_that_is_not_held_gives_no_command(
    till: World, person: str, verb: str, body: dict[str, Any]
) -> None:
    _refused(till, till.signed(person, verb, body), "not-authorised")


@pytest.mark.parametrize("verb", ["", "Stop", "execute", "__init__", "hello"])
def test_a_verb_that_is_none_is_refused(till: World, verb: str) -> None:
    _refused(till, till.signed("ana", verb, {}), "command-invalid")


def test_a_plan_other_than_the_signed_one_is_refused(till: World) -> None:
    plan = till.line(b'{"hello": 1}')["result"]["plan"]
    signature = till.signed("ana", "release", {"plan": plan, "previous": plan})
    for bundle in (None, {}, {"format": 1}, [], "x"):
        _refused(till, signature, "command-invalid", {"bundle": bundle})
        signature = till.signed("ana", "release", {"plan": plan, "previous": plan})


class TestVerdicts:
    """A verdict holds for exactly what was shown, from somebody who may give it."""

    @pytest.mark.parametrize(
        "changed",
        [
            {"request": "0" * 64},
            {"tool": "till/pay"},
            {"pin": "0" * 64},
            {"agent": "other"},
            {"plan": "0" * 64},
            {"shown": "0" * 64},
            {"expires": "2031-01-01T00:00:00.000000Z"},
            {"handle": "esc_" + "0" * 32},
            {"reason": "0" * 64},
            {"role": None},
            {"handle": None},
        ],
    )
    def test_one_that_is_bound_to_something_else_is_refused(
        self, till: World, changed: dict[str, Any]
    ) -> None:
        reply = till.call("drop", what="bound")
        body = {**till.shown(reply.handle)[1], **changed}
        _refused(till, till.signed("ben", "approve", body), "command-invalid")

    @pytest.mark.parametrize("who", ["ana", "dan"])
    @pytest.mark.parametrize("role", ["lead", "release", "operate", ""])
    def test_one_from_somebody_without_the_role_is_refused(
        self, till: World, who: str, role: str
    ) -> None:
        reply = till.call("drop", what="role")
        body = {**till.shown(reply.handle)[1], "role": role}
        _refused(till, till.signed(who, "approve", body), "not-authorised")

    def test_one_that_binds_to_another_waiting_action_is_refused(self, till: World) -> None:
        first, second = till.call("drop", what="one"), till.call("drop", what="two")
        body = {**till.shown(first.handle)[1], "handle": second.handle}
        _refused(till, till.signed("ben", "approve", body), "command-invalid")

    def test_a_refusal_can_not_be_taken_back(self, till: World) -> None:
        reply = till.call("drop", what="no")
        body = till.shown(reply.handle)[1]
        till.refuse(reply.handle)
        _refused(till, till.signed("cara", "approve", body), "command-invalid")
        assert till.call("watchkeeper_result", handle=reply.handle).reason == "refused-by-reviewer"

    def test_no_agent_can_reach_an_approval(self, till: World) -> None:
        """What an agent may send never leads to a verdict (I9)."""
        reply = till.call("drop", what="self")
        body = till.shown(reply.handle)[1]
        sent = {"signature": to_json(till.signed("ben", "approve", body)), "beside": {}}
        size = len(till.entries())
        for method in ("approve", "do/approve", "tools/approve"):
            till.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": sent})
        till.call("watchkeeper_result", handle=reply.handle, approve=True, **sent)
        assert till.call("drop", what="self").reason == "review-required"
        kinds = {entry.record.kind.value for entry in till.entries()[size:]}
        assert kinds <= {"decision"}
