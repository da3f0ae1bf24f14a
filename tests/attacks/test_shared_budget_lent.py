"""Lending a grant to an agent outside of a budget spends nothing past it."""

from __future__ import annotations

from tests.worlds.shared import changed, lint_shared, shared_bundle

_GRANTS = """\
agent: payer
grants:
  - id: pays
    granted_by: ana
    control: limits
    actions: [bank/pay]
    bands: [{argument: amount, alone: 50.00, least: 0.01}]
    delegable: {to: [clerk]}
"""
_OF_PAYER = changed("budgets.yaml", "{systems: [desk, shop]}", "{agents: [payer]}")


def test_whoever_may_be_lent_what_it_counts_shares_it() -> None:
    bundle = shared_bundle({**_OF_PAYER, "authority/payer.yaml": _GRANTS})
    [budget] = bundle.shared_budgets
    assert budget.agents == ("clerk", "payer")
    [policy] = [policy for policy in bundle.policies if policy.grant == "shared.day"]
    assert "contains(principal)" not in policy.text


def test_what_it_does_not_count_brings_nobody_in() -> None:
    other = _GRANTS.replace("bank/pay", "bank/tell").replace(
        "    bands: [{argument: amount, alone: 50.00, least: 0.01}]\n", ""
    )
    [budget] = shared_bundle({**_OF_PAYER, "authority/payer.yaml": other}).shared_budgets
    assert budget.agents == ("payer",)
    assert lint_shared({**_OF_PAYER, "authority/payer.yaml": other}).bundle is not None
