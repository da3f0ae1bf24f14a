"""One leave, one call, one effect: whatever a guard says twice, and however it comes back."""

from __future__ import annotations

from tests.worlds.gateway import World
from tests.worlds.guards import raw
from watchkeeper.verify import verify_log


def _asked(to: str) -> dict[str, object]:
    return {"tool": "sell", "arguments": {"to": to, "amount": 5, "note": ""}}


def test_a_second_word_is_none(guarded: World) -> None:
    with raw(guarded) as line:
        line.say({"call": 1, **_asked("twice")})
        action = (line.heard() or {})["allowed"]["action"]
        line.say({"call": 1, "returned": {"value": 1}})
        line.say({"call": 1, "returned": {"value": 2}})
        heard = [line.heard(), line.heard()]
    assert {"call": 1, "durable": True} in heard or any("error" in (h or {}) for h in heard)
    assert len(guarded.effects(action)) <= 1
    assert verify_log(guarded.home / "log", workers=1).findings == ()


def test_a_number_is_used_once(guarded: World) -> None:
    with raw(guarded) as line:
        line.say({"call": 3, **_asked("number")})
        assert "allowed" in (line.heard() or {})
        line.say({"call": 3, "returned": {"value": 1}})
        assert line.heard() == {"call": 3, "durable": True}
        line.say({"call": 3, **_asked("number-again")})
        assert "error" in (line.heard() or {})
    assert not any(d.action_id for d in guarded.decisions()[-1:] if d.tool != "sell")


def test_the_same_call_at_two_guards_is_let_through_once(guarded: World) -> None:
    with raw(guarded) as one, raw(guarded) as two:
        one.say({"call": 1, **_asked("both")})
        assert "allowed" in (one.heard() or {})
        two.say({"call": 1, **_asked("both")})
        assert (two.heard() or {})["refused"]["reason"] == "effect-unknown"
        one.say({"call": 1, "returned": {"value": {"sold": 5}}})
        assert one.heard() == {"call": 1, "durable": True}
        two.say({"call": 2, **_asked("both")})
        stored = (two.heard() or {})["stored"]
        assert stored["result"] == {"value": {"sold": 5}}


def test_an_approval_is_taken_up_once(guarded: World) -> None:
    with raw(guarded) as one, raw(guarded) as two:
        arguments = {"to": "large", "amount": 700, "note": ""}
        one.say({"call": 1, "tool": "sell", "arguments": arguments})
        handle = (one.heard() or {})["escalated"]["handle"]
        guarded.approve(handle)
        one.say({"call": 2, "handle": handle})
        two.say({"call": 1, "handle": handle})
        heard = [one.heard() or {}, two.heard() or {}]
        assert sorted("allowed" in said for said in heard) == [False, True]
        refused = next(said["refused"] for said in heard if "refused" in said)
        assert refused["reason"] == "effect-unknown"


def test_a_stop_between_leave_and_call_is_told_and_recorded_as_it_was(guarded: World) -> None:
    """Held at the guard: allowed and not released. Said without a stop, it counts for nothing."""
    with raw(guarded) as line:
        line.say({"call": 1, **_asked("held")})
        action = (line.heard() or {})["allowed"]["action"]
        guarded.stop("tool:shop/sell")
        assert line.heard() == {"call": 1, "stop": {"cancel": False}}
        line.say({"call": 1, "stopped": True})
        assert line.heard() == {"call": 1, "durable": True}
        guarded.resume("tool:shop/sell")
        (effect,) = guarded.effects(action)
        assert effect.held_back
        assert effect.after_stop is not None
        line.say({"call": 2, **_asked("not held")})
        action = (line.heard() or {})["allowed"]["action"]
        line.say({"call": 2, "stopped": True})
        assert line.heard() == {"call": 2, "durable": False}
        assert guarded.effects(action) == []


def test_a_stop_while_a_function_runs_stands_on_its_effect(guarded: World) -> None:
    with raw(guarded) as line:
        line.say({"call": 1, **_asked("running")})
        action = (line.heard() or {})["allowed"]["action"]
        guarded.stop("agent:payer")
        assert line.heard() == {"call": 1, "stop": {"cancel": False}}
        line.say({"call": 1, "returned": {"value": 1}})
        assert line.heard() == {"call": 1, "durable": True}
        guarded.resume("agent:payer")
    (effect,) = guarded.effects(action)
    assert not effect.held_back
    assert effect.after_stop is not None
    assert verify_log(guarded.home / "log", workers=1).findings == ()
