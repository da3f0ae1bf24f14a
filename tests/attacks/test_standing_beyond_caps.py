"""An agent tries to have more let through by a standing approval than its caps allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, escalated
from tests.worlds.disk_bank import DiskBank
from tests.worlds.standing import (
    approve_ahead,
    forged_use,
    messages,
    more,
    paid,
    place_of,
    standing_plan,
    used,
)

CAPS = [{"argument": "amount", "most": "300.01"}]


@pytest.mark.parametrize("amount", [300.02, 301, 1000])
def test_what_is_beyond_a_cap_is_asked_about(amount: float) -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank, caps=CAPS)
    escalated(bank.ask(more(amount)))
    assert used(bank, standing) == 0


@pytest.mark.parametrize("amount", [300.01, 300, 200.01])
def test_what_is_just_within_goes_through(amount: float) -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank, caps=CAPS)
    paid(bank, amount)
    assert used(bank, standing) == 1


def test_a_hard_rule_and_another_review_stand_as_before() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank)
    refused = bank.ask(more(300), limit="100.00")
    assert getattr(refused, "reason", None) == "forbidden"
    # `broken` fires too: nobody approved that ahead.
    escalated(bank.ask(more(300, why="broken")))


def test_the_budget_is_charged_as_for_any_other() -> None:
    bank = Bank(standing_plan())
    before = bank.home.budget_facts("payer", "bank/pay", bank.home.now())["pays"][0].count
    approve_ahead(bank)
    paid(bank)
    after = bank.home.budget_facts("payer", "bank/pay", bank.home.now())["pays"][0].count
    assert after == before + 2


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


def test_the_verifier_finds_what_a_lying_home_lets_through(bank: DiskBank) -> None:
    standing = approve_ahead(bank, caps=[{"argument": "amount", "most": "250"}])
    paid(bank, 250)
    assert messages(bank) == set()
    # The forged one says that 300 was paid, as the approved one was.
    paid_250 = bank.entries()[-2].record.predicate
    arguments = tuple(
        type(one)(one.name, clear=300) if one.name == "amount" else one
        for one in paid_250.arguments
    )
    forged_use(bank, place_of(bank, standing), arguments=arguments)
    assert messages(bank) == {"24 beyond the cap of 250 on `amount`"}


def test_a_use_that_names_no_review_or_another_is_found(bank: DiskBank) -> None:
    standing = approve_ahead(bank)
    paid(bank, 250)
    forged_use(bank, place_of(bank, standing), reviews=())
    forged_use(bank, place_of(bank, standing), reviews=("broken",))
    forged_use(bank, reviews=("broken",))
    found = messages(bank)
    assert "24 cites a standing approval, and no review that asked for one" in found
    assert "24 by a standing approval for another review than the one that asked" in found
    assert "24 names reviews, and no standing approval that holds for them" in found
