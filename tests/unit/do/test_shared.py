"""Budgets that agents of several systems share, decided, charged and given back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.worlds.shared import BUDGET, SharedBank, changed
from watchkeeper.check.replay import ReplayAnswer, replay_all
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.loop.inbox import bars_of
from watchkeeper.loop.replay import replayer
from watchkeeper.records.action import GrantUsed, Outcome, Reason, Status


def test_all_that_share_it_spend_from_one_sum() -> None:
    bank = SharedBank()
    assert bank.pay("payer", 60)
    assert bank.pay("seller", 30)
    assert not bank.pay("clerk", 10.01)
    assert bank.pay("clerk", 10)
    assert not bank.pay("payer", 0.01)
    assert not bank.do("seller", "move", cents=1)
    assert bank.last().decision.policies == ("shared.day.shop",)


def test_a_block_says_which_budget_and_which_cap() -> None:
    bank = SharedBank()
    bank.pay("payer", 99)
    bank.pay("clerk", 2)
    last = bank.last()
    assert last.decision.reasons == (Reason.FORBIDDEN,)
    assert last.accountable.grantors == ("ana",)
    assert last.grants == (
        GrantUsed(
            "shared.day",
            satisfied=False,
            failed=("at most EUR 100.00 in 86400 s, of all that share it",),
            amount="2.0",
            count_before=1,
            sum_before="99.0",
            currency="EUR",
        ),
    )


def test_what_moves_no_money_is_not_counted() -> None:
    bank = SharedBank()
    bank.pay("payer", 100)
    assert bank.do("payer", "tell")
    assert bank.last().grants == ()
    assert bank.do("payer", "read")


def test_cents_and_decimals_add_up_exactly() -> None:
    bank = SharedBank()
    assert bank.do("payer", "move", cents=9999)
    assert not bank.pay("clerk", 0.02)
    assert bank.pay("clerk", 0.01)
    assert bank.allows()[-1].grants[0].sum_before == "99.99"


def test_what_failed_is_given_back_and_what_is_unknown_is_not() -> None:
    bank = SharedBank()
    assert bank.pay("payer", 100, status=Status.FAILED)
    assert bank.pay("seller", 60)
    bank.ask_for("clerk", "pay", amount=40, currency="EUR")
    assert not bank.pay("clerk", 1)
    unknown = bank.home.state.unknown()[0].action_id
    bank.clock.advance(3600)
    bank.tell("ana", "resolve", actionId=unknown, status="failed")
    assert bank.pay("clerk", 40)


def test_a_count_counts_every_tool_in_its_scope() -> None:
    text = BUDGET.replace("    sum: 100.00\n    currency: EUR\n", "    count: 2\n")
    bank = SharedBank({"budgets.yaml": text})
    assert bank.do("payer", "read")
    assert bank.do("seller", "swap", amount=1, into="GBP")
    assert not bank.do("clerk", "tell")


def test_only_the_agents_and_tools_that_it_names_share_it() -> None:
    text = BUDGET.replace("{systems: [desk, shop]}", "{agents: [payer, seller], tools: [bank/pay]}")
    bank = SharedBank({"budgets.yaml": text})
    assert bank.pay("payer", 100)
    assert not bank.pay("seller", 1)
    assert bank.pay("clerk", 500)
    assert bank.do("seller", "move", cents=100_000)
    assert bank.last().grants == ()


def test_a_wider_plan_counts_what_came_before_it() -> None:
    bank = SharedBank()
    bank.pay("payer", 90)
    bank.change(changed("budgets.yaml", "sum: 100.00", "sum: 120.00"))
    assert not bank.pay("clerk", 31)
    assert bank.pay("clerk", 30)


def test_a_budget_that_comes_back_knows_what_was_charged_to_it() -> None:
    bank = SharedBank()
    bank.pay("payer", 90)
    bank.change({"budgets.yaml": None})
    bank.pay("payer", 500)
    bank.change({})
    assert not bank.pay("clerk", 11)
    assert bank.pay("clerk", 10)


def test_what_was_charged_in_one_currency_never_counts_in_another() -> None:
    bank = SharedBank()
    bank.pay("payer", 90)
    yen = changed("budgets.yaml", "currency: EUR", "currency: JPY")
    yen |= changed("tools/bank.yaml", "always: EUR", "always: JPY")
    bank.change(yen)
    assert bank.pay("payer", 100, "JPY")
    assert not bank.pay("payer", 1, "JPY")
    assert bank.last().grants[0].sum_before == "100.0"


def test_bars_show_what_is_shared() -> None:
    bank = SharedBank()
    bank.pay("payer", 60.5)
    [bar] = bars_of(bank.home, "seller", "bank/pay", bank.home.now())
    assert (bar.grant, bar.used, bar.cap, bar.unit) == ("shared.day", "60.5", "100.0", "EUR")
    assert bars_of(bank.home, "seller", "bank/tell", bank.home.now()) == ()


def test_it_replays_the_same_and_is_kept_the_same() -> None:
    bank = SharedBank()
    for amount in (60, 30, 20, 10):
        bank.pay("clerk", amount)
    plan = bank.home.enforcer
    again = replayer(lambda digest: plan.bundle if digest == plan.digest else None)
    found = list(replay_all(bank.entries(), again))
    assert {(one.answer, one.detail) for one in found} == {(ReplayAnswer.SAME, "")}
    form = state_to_json(bank.home.state)
    assert state_to_json(state_from_json(form)) == form


@pytest.mark.parametrize("outcome", [Outcome.ALLOW, Outcome.BLOCK])
def test_the_most_that_can_be_added_up_is_never_passed(outcome: Outcome) -> None:
    most = "899999999999999.0000"
    bank = SharedBank(changed("budgets.yaml", "100.00", most))
    amounts = [Decimal(2) ** 49] * (1 if outcome is Outcome.ALLOW else 2)
    for amount in amounts:
        bank.pay("payer", int(amount))
    assert bank.last().decision.outcome is outcome
    assert bank.last().decision.errors == ()
