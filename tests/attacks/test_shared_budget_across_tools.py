"""Splitting a payment over tools, agents and systems does not get more out of a shared sum."""

from __future__ import annotations

from tests.worlds.shared import FILES_OF_SHARED, SharedBank, lint_shared
from tests.worlds.shared import changed as change


def test_one_cent_over_is_too_much_by_any_tool_and_any_agent() -> None:
    bank = SharedBank()
    for n in range(10):
        agent = ("payer", "clerk", "seller")[n % 3]
        assert bank.do(agent, "move", cents=500) if n % 2 else bank.pay(agent, 15)
    for agent in ("payer", "clerk", "seller"):
        assert not bank.do(agent, "move", cents=1)
        assert not bank.pay(agent, 0.0001)


def test_a_tool_that_does_not_say_what_it_is_worth_stops_the_release() -> None:
    linted = lint_shared(change("tools/bank.yaml", "    money: none\n", ""))
    assert linted.bundle is None
    [finding] = [f for f in linted.findings if f.code == "no-money-rule"]
    assert "bank/swap" in finding.message


def test_a_tool_that_moves_money_under_another_server_is_in_the_scope_too() -> None:
    text = (FILES_OF_SHARED["tools/bank.yaml"] or "").replace("id: bank", "id: vault")
    more: dict[str, str | None] = {
        "tools/vault.yaml": text,
        "tools/vault.definitions.json": FILES_OF_SHARED["tools/bank.definitions.json"],
        **change("systems/desk.yaml", "servers: [bank]", "servers: [bank, vault]"),
    }
    linted = lint_shared(more)
    assert linted.bundle is not None
    [budget] = linted.bundle.shared_budgets
    assert set(budget.actions) == {"bank/pay", "bank/move", "vault/pay", "vault/move"}


def test_a_permit_written_by_hand_does_not_go_round_it() -> None:
    """The permits of this workspace name no limit at all; a grant is not asked either."""
    bank = SharedBank()
    assert bank.home.enforcer.bundle.grants == ()
    assert not bank.pay("payer", 100.01)
