"""No action is settled while its call is under way or yet to be sent: it would be done twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.worlds.bank import Bank, allowed, pay
from tests.worlds.gateway import World
from tests.worlds.guards import raw
from tests.worlds.levels import plan, uncovered_bank
from watchkeeper.enforcement.release import settled
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.settle import settle, settling_of
from watchkeeper.loop.steps import Refused
from watchkeeper.records.action import Reason, ResolvedBy, Status
from watchkeeper.records.plan.tools import Level

_LATE = 63


def _resolve(bank: Bank, action_id: str, status: str = "failed") -> None:
    bank.tell("ana", "resolve", actionId=action_id, status=status)


def test_what_was_settled_is_not_released_any_more() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay(50)))
    answer.ticket.wait(10)
    assert bank.kernel.may_release(answer) is None
    bank.clock.advance(_LATE)
    _resolve(bank, answer.request.action_id)
    assert bank.kernel.may_release(answer) is Reason.VOIDED


def test_nor_by_another_decision_on_the_same_action() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay(50)))
    other = replace(answer, ticket=allowed(bank.ask(pay(51, note="n"))).ticket)
    assert bank.kernel.may_release(other) is Reason.VOIDED


@pytest.mark.parametrize("status", ["failed", "succeeded", "read"])
def test_nobody_settles_what_this_process_carries_out(status: str) -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay(50)))
    answer.ticket.wait(10)
    action_id = answer.request.action_id
    with bank.home.under_way.carrying(action_id):
        bank.clock.advance(86_400)
        with pytest.raises(CommandInvalid, match="under way"):
            _resolve(bank, action_id, status)
        bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"ok": True}).wait(10)
    assert action_id not in bank.home.state.open


def test_nor_by_a_read_that_began_before_it_was_taken_up() -> None:
    """What was prepared is held against the state once more when it is written."""
    bank = Bank()
    answer = allowed(bank.ask(pay(50)))
    answer.ticket.wait(10)
    bank.clock.advance(_LATE)
    action = bank.home.state.open[answer.request.action_id]
    settling = settling_of(bank.home, action, ResolvedBy("read", "ana"))
    with (
        bank.home.under_way.carrying(action.action_id),
        pytest.raises(CommandInvalid, match="under way"),
    ):
        settle(bank.home, settling, {}, Status.FAILED)


async def test_while_it_waits_to_be_covered_it_is_under_way() -> None:
    bank = uncovered_bank(Level.WITNESSED)
    answer = allowed(bank.ask(pay(50)))
    waiting = asyncio.create_task(settled(bank.kernel, answer))
    while not bank.log.waiting:
        assert not waiting.done(), waiting
        await asyncio.sleep(0)
    bank.clock.advance(86_400)
    with pytest.raises(CommandInvalid, match="under way"):
        _resolve(bank, answer.request.action_id)
    bank.stop()
    bank.log.cover()
    assert isinstance(await waiting, Refused)
    assert answer.request.action_id not in bank.home.under_way


def test_a_tools_time_runs_once_its_action_can_be_covered() -> None:
    bank = Bank(plan(Level.PUBLISHED, seconds=30))
    answer = allowed(bank.ask(pay(50)))
    answer.ticket.wait(10)
    bank.clock.advance(_LATE)
    with pytest.raises(CommandInvalid, match="may still be under way"):
        _resolve(bank, answer.request.action_id)
    bank.clock.advance(30)
    _resolve(bank, answer.request.action_id)


def test_nor_what_a_guard_was_let_do_and_has_not_said_the_end_of(guarded: World) -> None:
    with raw(guarded) as line:
        arguments = {"to": "slow", "amount": 5, "note": ""}
        line.say({"call": 1, "tool": "sell", "arguments": arguments})
        action = (line.heard() or {})["allowed"]["action"]
        told = guarded.send(
            guarded.signed("ana", "resolve", {"actionId": action, "status": "failed"})
        )
        assert "has the call under way" in told["error"]["message"]
        line.say({"call": 1, "returned": {"value": 1}})
        assert line.heard() == {"call": 1, "durable": True}
    (effect,) = guarded.effects(action)
    assert effect.status is Status.SUCCEEDED
