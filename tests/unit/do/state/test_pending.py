"""Escalated actions: found by what they are called, forgotten only once they have ended."""

from __future__ import annotations

from dataclasses import replace

from watchkeeper.do.state.pending import Pending, PendingActions, Waiting
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

T = Instant(1_795_000_000_000_000)
ONE = Pending(
    action_id="action",
    handle="esc_1",
    agent="payer",
    system="desk",
    action="bank/pay",
    same="same",
    digest="d",
    pin=None,
    plan="p",
    decision=Ref(0, 3),
    at=T,
    expires=T.plus(60),
    roles=("lead",),
    approvals=1,
    reviews=("r",),
    shown="s",
    shown_facts="f",
    keys=("k",),
)


def _two() -> tuple[PendingActions, Pending, Pending]:
    """One action that was escalated, and later escalated again."""
    waiting, first, second = PendingActions(), replace(ONE), replace(ONE, handle="esc_2")
    waiting.add(first)
    waiting.end("action", Waiting.VOIDED, T)
    waiting.add(second)
    return waiting, first, second


def test_one_that_waits_is_found_by_handle_action_call_and_key() -> None:
    waiting = PendingActions()
    waiting.add(ONE)
    assert waiting.by_handle("esc_1") is ONE
    assert waiting.by_action("action") is ONE
    assert waiting.same_call("payer", "same") is ONE
    assert waiting.holding("k") is ONE
    assert waiting.same_call("other", "same") is None
    assert waiting.count_of("payer") == 1


def test_one_that_ended_holds_nothing_but_its_handle() -> None:
    waiting, one = PendingActions(), replace(ONE)
    waiting.add(one)
    waiting.end("action", Waiting.REFUSED, T)
    assert waiting.same_call("payer", "same") is None
    assert waiting.holding("k") is None
    assert waiting.waiting() == []
    assert waiting.by_handle("esc_1") is one


def test_forgetting_the_first_escalation_keeps_the_second() -> None:
    waiting, first, second = _two()
    assert waiting.forget_before(T.plus(1)) == []
    assert waiting.by_handle(first.handle) is None
    assert waiting.by_action("action") is second
    assert waiting.same_call("payer", "same") is second
    assert waiting.holding("k") is second


def test_forgetting_an_action_wholly_says_so() -> None:
    waiting, _, _ = _two()
    waiting.end("action", Waiting.RELEASED, T.plus(5))
    assert waiting.forget_before(T.plus(6)) == ["action"]
    assert waiting.by_action("action") is None
    assert waiting == PendingActions()
