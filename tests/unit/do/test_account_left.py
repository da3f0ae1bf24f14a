"""What is left of a shared budget, in words, in a dry run and on the page of its agents."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.worlds.pages import Desk
from tests.worlds.remembered import remembering
from tests.worlds.shared import BUDGET, SharedBank, shared_bundle, write_shared
from watchkeeper.cli.dry_run import dry_run, render
from watchkeeper.do.account.left import left_words, money
from watchkeeper.do.decision.facts import BudgetFact
from watchkeeper.records.plan.bounds import Budget, Calendar


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("120", "120.00"),
        ("5000.5", "5,000.50"),
        ("0", "0.00"),
        ("1E+3", "1,000.00"),
        ("0.0001", "0.0001"),
    ],
)
def test_money_in_words(amount: str, said: str) -> None:
    assert money(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (Budget(86_400, sum="5000.00", zone="Europe/Berlin"), "left today in Europe/Berlin"),
        (
            Budget(31 * 86_400, sum="5000.00", zone="Europe/Berlin", calendar=Calendar.MONTH),
            "left this month in Europe/Berlin",
        ),
        (Budget(86_400, sum="5000.00"), "left in 24 hours"),
        (Budget(7 * 86_400, sum="5000.00"), "left in 7 days"),
        (Budget(3_600, sum="5000.00"), "left in 1 h"),
    ],
)
def test_windows_in_words(budget: Budget, words: str) -> None:
    [said] = left_words(budget, "EUR", BudgetFact(3, "4880.0"))
    assert said == f"EUR 120.00 of 5,000.00 {words}"


def test_a_dry_run_says_what_is_left_and_why_not(tmp_path: Path) -> None:
    workspace = write_shared(tmp_path, {**remembering(), "budgets.yaml": BUDGET})
    asked = {"agent": "payer", "tool": "bank/pay", "arguments": {"to": "x", "amount": 120.5}}
    asked["arguments"] |= {"currency": "EUR"}  # type: ignore[operator]
    found = dry_run(json.dumps(asked).encode(), None, workspace)
    assert found["outcome"] == "block"
    assert found["grants"] == []
    text = render(found)
    assert "shared day: at most EUR 100.00 in 86400 s, of all that share it" in text
    assert "EUR 100.00 of 100.00 left in 24 hours" in text
    asked["arguments"] |= {"amount": 1}  # type: ignore[operator]
    assert dry_run(json.dumps(asked).encode(), None, workspace)["outcome"] == "allow"
    asked["facts"] = {"history": {"pays_here": 3}}
    again = dry_run(json.dumps(asked).encode(), None, workspace)
    assert again["policies"] == ["three-times"]


def test_the_page_of_an_agent_shows_with_whom_it_shares_what() -> None:
    desk = Desk("http://localhost:8932", bundle=shared_bundle(), make=SharedBank.under)
    assert isinstance(desk.bank, SharedBank)
    desk.bank.pay("seller", 60.5)
    [shared] = desk.get("/api/v1/agents/clerk").json()["shared"]
    assert shared["others"] == ["payer", "seller"]
    [bar] = shared["bars"]
    assert (bar["used"], bar["cap"], bar["unit"]) == ("60.5", "100.0", "EUR of day, shared")
    for path in ("/agents", "/agents/clerk"):
        page = desk.get(path).text
        assert "shared with <bdi>payer</bdi>, <bdi>seller</bdi>" in page
        assert "60.5 of 100.0 EUR of day, shared used" in page
