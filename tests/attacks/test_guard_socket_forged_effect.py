"""A guard that says how calls ended for which it had no leave: nothing is believed of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.worlds.gateway import World
from tests.worlds.guards import Raw, raw
from watchkeeper.records.action import Outcome, Status

SELL = {"tool": "sell", "arguments": {"to": "mallory", "amount": 5, "note": ""}}


def _allowed(line: Raw, number: int, to: str, **more: Any) -> dict[str, Any]:
    arguments = {"to": to, "amount": 5, "note": ""}
    line.say({"call": number, "tool": "sell", "arguments": arguments, **more})
    heard = line.heard()
    assert heard is not None
    assert "allowed" in heard, heard
    found: dict[str, Any] = heard["allowed"]
    return found


@pytest.mark.parametrize(
    "word",
    [
        {"call": 1, "returned": {"value": 1}},
        {"call": 1, "raised": True},
        {"call": 1, "stopped": True},
        {"call": 1, "read": 1, "content": {"open": True}},
        {"call": 1, "durable": True},
        {"call": 1},
        {"call": "1", "returned": {"value": 1}},
        {"call": True, "tool": "sell"},
        {"returned": {"value": 1}},
        {"pins": [1]},
        {"effect": 1},
        {},
    ],
    ids=str,
)
def test_a_word_on_what_nobody_asked_for_ends_the_connection(guarded: World, word: Any) -> None:
    size = len(guarded.entries())
    with raw(guarded) as line:
        line.say(word)
        heard = line.heard()
        assert heard is not None
        assert heard["error"]["code"] in {"guard", "record-invalid"}
        assert line.heard() is None
    assert len(guarded.entries()) == size


def test_another_connection_of_the_same_agent_may_not_speak_of_it(guarded: World) -> None:
    with raw(guarded) as mine:
        allowed = _allowed(mine, 7, "first")
        with raw(guarded) as other:
            other.say({"call": 7, "returned": {"value": 1}})
            assert "error" in (other.heard() or {})
        assert guarded.effects(allowed["action"]) == []
        mine.say({"call": 7, "returned": {"value": 1}})
        assert mine.heard() == {"call": 7, "durable": True}
    assert guarded.effects(allowed["action"])[0].status is Status.SUCCEEDED


def test_a_word_before_leave_is_none(guarded: World) -> None:
    """Sent in one go with the call: it is there before the decision is."""
    arguments = {**SELL["arguments"], "note": "before leave"}
    before = len(guarded.decisions())
    with raw(guarded) as line:
        call = {"call": 1, "tool": "sell", "arguments": arguments}
        line.say(call, {"call": 1, "returned": {"value": 1}})
        assert "error" in (line.heard() or {})
        assert line.heard() is None
    while not (decided := guarded.decisions()[before:]):
        time.sleep(0.02)
    while not (effects := guarded.effects(decided[-1].action_id)):
        time.sleep(0.02)
    assert [effect.held_back for effect in effects] == [True]


def test_a_guard_names_no_status(guarded: World) -> None:
    """`sell` may have done its work when it raises, whatever its guard says beside."""
    with raw(guarded) as line:
        allowed = _allowed(line, 1, "status")
        line.say({"call": 1, "raised": True, "status": "failed", "stopped": True})
        assert line.heard() == {"call": 1, "durable": False}
    assert guarded.effects(allowed["action"]) == []
    unknown = guarded.ask("ana", "unknown", {})
    assert allowed["action"] in [found["actionId"] for found in unknown]


def test_what_another_door_carries_out_is_not_a_guards(guarded: World) -> None:
    """With the same token, for the till behind the gateway: refused, and on record."""
    with raw(guarded, server="till") as line:
        arguments = {"to": "mallory", "amount": 5.0}
        line.say({"call": 1, "tool": "pay", "arguments": arguments})
        heard = line.heard()
        assert heard is not None
        assert heard["refused"]["reason"] == "invalid-request"
    decided = guarded.decisions(heard["refused"]["decision"])[-1]
    assert decided.decision.outcome is Outcome.BLOCK
    assert not any(e["name"] == "pay" for e in guarded.executed())


def test_a_guard_has_no_say_in_what_a_tool_server_lists(guarded: World) -> None:
    assert guarded.call("look", to="x").done
    with raw(guarded, server="till") as line:
        line.say({"pins": {"pay": "0" * 64, "look": "0" * 64, "send": "0" * 64}})
        line.say({"call": 1, "tool": "send", "arguments": {"to": "a", "text": "b"}})
        assert (line.heard() or {})["refused"]["reason"] == "invalid-request"
        assert guarded.call("look", to="x").done
    assert guarded.call("send", to="a", text="listed").done


def test_what_waits_at_the_till_is_not_taken_up_by_a_guard(guarded: World) -> None:
    handle = guarded.call("drop", what="everything").handle
    guarded.approve(handle)
    for server in ("shop", "till"):
        with raw(guarded, server=server) as line:
            line.say({"call": 1, "handle": handle})
            heard = line.heard()
            assert heard is not None
            assert heard["refused"]["reason"] == "invalid-request", heard
    assert guarded.call("watchkeeper_result", handle=handle).done
    assert [e["name"] for e in guarded.executed() if e["name"] == "drop"] == ["drop"]


def test_another_version_of_a_function_is_refused(guarded: World) -> None:
    with raw(guarded) as line:
        line.say({"pins": {"sell": "0" * 64}})
        line.say({"call": 1, **SELL})
        heard = line.heard()
        assert heard is not None
        assert heard["refused"]["reason"] == "pin-mismatch"


def test_a_fact_of_another_version_is_none(guarded: World) -> None:
    with raw(guarded) as line:
        pins = {"gift": _pin(guarded, "gift"), "stock": "0" * 64}
        line.say({"pins": pins})
        line.say({"call": 1, "tool": "gift", "arguments": {"to": "x", "amount": 1}})
        heard = line.heard()
        assert heard is not None
        assert heard["refused"]["reason"] == "could-not-evaluate"


def _pin(guarded: World, tool: str) -> str:
    import json

    from watchkeeper.ledger.plan_bundle import tool_pin

    listed = json.loads((guarded.path / "aims/tools/shop.definitions.json").read_text())
    return next(tool_pin(found) for found in listed["tools"] if found["name"] == tool)
