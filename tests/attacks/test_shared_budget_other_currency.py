"""Money in another currency, or in none, never goes past a sum uncounted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.shared import SharedBank, lint_shared
from tests.worlds.shared import changed as change
from watchkeeper.ledger.plan_bundle import bundle_bytes
from watchkeeper.records.action import Reason
from watchkeeper.records.reference import Ref
from watchkeeper.verify.bounds import Purses
from watchkeeper.verify.entries import Decided


@pytest.mark.parametrize(
    "currency", ["USD", "eur", "Eur", " EUR", "EUR ", "EURO", "", "€", "ＥＵＲ", "EUR\u200b", "978"]
)
def test_another_currency_is_forbidden(currency: str) -> None:
    bank = SharedBank()
    assert not bank.pay("payer", 1, currency)
    last = bank.last()
    assert (last.decision.reasons, last.decision.policies) == (
        (Reason.FORBIDDEN,),
        ("shared.day.desk",),
    )
    assert bank.pay("seller", 100)


@pytest.mark.parametrize(
    "arguments",
    [
        {"amount": 1},
        {"currency": "EUR"},
        {},
        {"amount": 1, "currency": None},
        {"amount": None, "currency": "EUR"},
        {"amount": "1", "currency": "EUR"},
        {"amount": 1, "currency": ["EUR"]},
    ],
)
def test_what_is_missing_or_no_money_is_forbidden(arguments: dict[str, Any]) -> None:
    bank = SharedBank()
    assert not bank.do("payer", "pay", **arguments)


def test_what_was_paid_is_not_told_in_the_log_where_it_is_another_currency() -> None:
    bank = SharedBank()
    bank.pay("payer", 1, "USD")
    assert bank.last().grants[0].failed == ("it is not in EUR",)


def test_two_currencies_over_one_tool_do_not_compile() -> None:
    two = (
        "  - {id: usd, control: limits, granted_by: ana, of: {tools: [bank/pay]}, "
        "within: 1d, sum: 9, currency: USD}\n"
    )
    linted = lint_shared(change("budgets.yaml", "budgets:\n", "budgets:\n" + two))
    assert linted.bundle is None
    assert "currencies-collide" in {finding.code for finding in linted.findings}


def test_a_forged_charge_in_another_currency_does_not_hide_it() -> None:
    """The charge says EUR, the arguments USD: the verifier reads both."""
    bank = SharedBank()
    plan = bank.home.enforcer
    purses = Purses(lambda _: bundle_bytes(plan.bundle))
    charge = {"grant": "shared.day", "satisfied": True, "amount": "1.0", "currency": "EUR"}
    said = Decided(
        outcome="allow",
        action="a",
        digest="d",
        agent="payer",
        system="desk",
        tool="bank/pay",
        pin=None,
        plan=plan.digest,
        asked=None,
        escalated_by=None,
        verdicts=(),
        method="tools/call",
        shared=({**charge, "countBefore": 0, "sumBefore": "0"},),
        clear={"amount": "1.0", "currency": "USD"},
    )
    assert list(purses.allowed(Ref(0, 1), said, 1)) == [
        "charged to `shared.day`, where its arguments name another currency"
    ]
