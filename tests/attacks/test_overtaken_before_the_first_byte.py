"""Between decision and first byte whatever allowed an action may end: then it is not done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.worlds.bank import Bank, allowed, bank_bundle, pay
from tests.worlds.lenders import lenders_bundle, lent
from tests.worlds.tasks import ended, opened, pay_in_task, tasks_bundle
from watchkeeper.enforcement.release import settled
from watchkeeper.loop.lending import take_back
from watchkeeper.loop.steps import Allowed, Refused
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.plan.policies import PolicyKind


def _released() -> tuple[Bank, Allowed, Callable[[], object]]:
    bank = Bank()
    nothing = tuple(p for p in bank_bundle().policies if p.kind is not PolicyKind.PERMIT)
    tight = replace(bank_bundle(), grants=(), policies=nothing)
    return bank, allowed(bank.ask(pay(50))), lambda: bank.release(tight)


def _taken_back(taker: str = "other") -> tuple[Bank, Allowed, Callable[[], object]]:
    bank = Bank(lenders_bundle())
    made = lent(bank, "payer", "other")
    if taker == "third":
        lent(bank, "other", "third")
    answer = allowed(bank.ask(replace(pay(50), agent=taker)))
    return bank, answer, lambda: take_back(bank.home, "payer", made.id).wait(10)


def _first_of_a_chain_taken_back() -> tuple[Bank, Allowed, Callable[[], object]]:
    return _taken_back("third")


def _lent_for_a_minute() -> tuple[Bank, Allowed, Callable[[], object]]:
    bank = Bank(lenders_bundle())
    lent(bank, "payer", "other", seconds=60)
    answer = allowed(bank.ask(replace(pay(50), agent="other")))
    return bank, answer, lambda: bank.clock.advance(61)


def _task_ended() -> tuple[Bank, Allowed, Callable[[], object]]:
    bank = Bank(tasks_bundle(required=True))
    opened(bank)
    return bank, allowed(bank.ask(pay_in_task(50))), lambda: ended(bank)


WAYS = [_released, _taken_back, _first_of_a_chain_taken_back, _lent_for_a_minute, _task_ended]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_held_back(way: Callable[[], tuple[Bank, Allowed, Callable[[], object]]]) -> None:
    bank, answer, end = way()
    answer.ticket.wait(10)
    assert bank.kernel.may_release(answer) is None
    end()
    assert bank.kernel.may_release(answer) is Reason.VOIDED


@pytest.mark.parametrize("way", WAYS)
async def test_that_is_recorded_and_what_was_reserved_is_given_back(
    way: Callable[[], tuple[Bank, Allowed, Callable[[], object]]],
) -> None:
    bank, answer, end = way()
    action_id = answer.request.action_id
    end()
    told = await settled(bank.kernel, answer)
    assert isinstance(told, Refused)
    assert told.reason is Reason.VOIDED
    effect = bank.entries()[-1].record.predicate
    assert (effect.action_id, effect.status) == (action_id, Status.FAILED)
    assert effect.held_back
    assert action_id not in bank.home.state.open
    budgets = bank.home.budget_facts("payer", "bank/pay", bank.home.now())
    assert all(used.count == 0 for windows in budgets.values() for used in windows)
