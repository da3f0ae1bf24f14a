"""I2: every allowed action ends in exactly one effect, or is listed as unknown until it does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay
from watchkeeper.errors import CommandInvalid, LogUnavailable
from watchkeeper.loop.settle import Settling
from watchkeeper.loop.steps import Allowed, Refused, Stored
from watchkeeper.records.action import EffectRecord, Reason, Status
from watchkeeper.records.kinds import Kind


def _effects(bank: Bank) -> list[EffectRecord]:
    return [e.record.predicate for e in bank.entries() if e.record.kind is Kind.EFFECT]


def _finish(bank: Bank, answer: Allowed, status: Status = Status.SUCCEEDED) -> None:
    bank.kernel.finish(answer, status, answer.at, {"paid": True})


def test_an_allow_without_an_effect_is_unknown_over_a_restart_too() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    bank.crash()
    (unknown,) = bank.tell("ana", "unknown")
    assert unknown["actionId"] == answer.request.action_id
    again = bank.ask(pay())
    assert isinstance(again, Refused)
    assert again.reason is Reason.EFFECT_UNKNOWN


def test_a_second_effect_is_not_written() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    _finish(bank, answer)
    with pytest.raises(LogUnavailable):
        _finish(bank, answer, Status.FAILED)
    with pytest.raises(LogUnavailable):
        bank.kernel.not_released(answer, Reason.STOPPED)
    assert [effect.status for effect in _effects(bank)] == [Status.SUCCEEDED]


def test_an_answer_that_comes_after_a_person_settled_it_is_too_late() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    bank.clock.advance(120)
    told = bank.tell("ana", "resolve", actionId=answer.request.action_id, status="failed")
    assert told["status"] == "failed"
    with pytest.raises(LogUnavailable):
        _finish(bank, answer)
    (effect,) = _effects(bank)
    assert effect.resolved_by is not None
    assert effect.resolved_by.by == "ana"


def test_it_is_not_settled_while_the_call_may_still_be_under_way() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    bank.clock.advance(30)
    with pytest.raises(CommandInvalid, match="still be under way"):
        bank.tell("ana", "resolve", actionId=answer.request.action_id, status="failed")


@pytest.mark.parametrize(
    ("paid", "status"), [(True, "succeeded"), (False, "failed"), (None, "failed")]
)
def test_it_is_settled_by_the_read_that_the_tool_file_declares(
    paid: bool | None, status: str
) -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    bank.clock.advance(120)
    settling = bank.tell("ana", "resolve", actionId=answer.request.action_id, status="read")
    assert isinstance(settling, Settling)
    assert dict(settling.arguments) == {"to": "shop"}
    told = bank.commands.settle(settling, {"paid": paid})
    assert told["status"] == status
    with pytest.raises(CommandInvalid):
        bank.commands.settle(settling, {"paid": paid})
    assert len(_effects(bank)) == 1


def test_a_result_reaches_the_agent_only_after_its_effect_is_durable() -> None:
    bank = Bank()
    call = pay(100, key="k1")
    answer = allowed(bank.ask(call))
    bank.log.holding = True
    _finish(bank, answer)
    early = bank.ask(call)
    assert isinstance(early, Refused)
    assert early.reason is Reason.EFFECT_UNKNOWN
    bank.log.write()
    late = bank.ask(call)
    assert isinstance(late, Stored)
    assert late.result == {"paid": True}


def test_the_same_holds_for_one_that_waited_for_a_person() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(400))).handle
    bank.approve(handle)
    answer = allowed(bank.come_back(handle))
    early = bank.come_back(handle)
    assert isinstance(early, Refused)
    assert early.reason is Reason.EFFECT_UNKNOWN
    bank.log.holding = True
    _finish(bank, answer)
    assert isinstance(bank.come_back(handle), Refused)
    bank.log.write()
    assert isinstance(bank.come_back(handle), Stored)


def test_one_that_was_held_back_had_no_effect_and_gives_its_budget_back() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay(200)))
    bank.kernel.not_released(answer, Reason.STOPPED)
    (effect,) = _effects(bank)
    assert effect.status is Status.FAILED
    (used,) = bank.home.state.budgets.used("pays", bank.home.now())
    assert (used.count, used.sum) == (0, Decimal(0))


def test_an_unknown_one_keeps_its_budget_over_a_restart() -> None:
    bank = Bank()
    allowed(bank.ask(pay(200)))
    bank.crash()
    (used,) = bank.home.state.budgets.used("pays", bank.home.now())
    assert (used.count, used.sum) == (1, Decimal(200))


def test_where_the_effect_could_not_be_written_it_stays_unknown() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    bank.log.broken = True
    with pytest.raises(LogUnavailable):
        bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {}).wait()
    bank.log.broken = False
    bank.kernel.tick()
    assert list(bank.home.state.open) == [answer.request.action_id]
