"""A standing approval for one account is tried on another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, escalated
from tests.worlds.disk_bank import DiskBank, files_holding
from tests.worlds.standing import (
    approve_ahead,
    approved,
    forged_standing,
    messages,
    more,
    paid,
    standing_plan,
)
from watchkeeper.errors import CommandInvalid
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.reference import Ref


def resource_of(bank: Bank, approval: Ref) -> str:
    """The digest of what was approved, as it stands in its decision."""
    pending = bank.home.state.pending.approved_by(approval)
    assert pending is not None
    decision: DecisionRecord = bank.log.entry(pending.decision).record.predicate
    assert decision.resource is not None
    assert decision.resource.digest is not None
    return decision.resource.digest


def test_it_holds_for_the_same_account_alone() -> None:
    bank = Bank(standing_plan())
    given = approved(bank, to="shop")
    approve_ahead(bank, approval=given, resource=resource_of(bank, given))
    paid(bank, to="shop")
    escalated(bank.ask(more(300, to="another")))
    bank.crash()
    bank.roll()
    bank.crash()
    escalated(bank.ask(more(300, to="another")))
    paid(bank, to="shop")


def test_another_agent_or_tool_has_nothing_of_it() -> None:
    bank = Bank(standing_plan())
    given = approved(bank)
    for changes in ({"agent": "other"}, {"action": "bank/look"}, {"reviews": ["broken"]}):
        with pytest.raises(CommandInvalid, match="another agent, tool, review or plan"):
            approve_ahead(bank, approval=given, **changes)


def test_the_digest_of_another_action_is_refused() -> None:
    bank = Bank(standing_plan())
    first, second = approved(bank, to="shop"), approved(bank, to="another")
    with pytest.raises(CommandInvalid, match="another resource"):
        approve_ahead(bank, approval=first, resource=resource_of(bank, second))
    with pytest.raises(CommandInvalid, match="another resource"):
        approve_ahead(bank, approval=first, resource="0" * 64)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


def test_no_account_is_left_of_it_when_the_action_is_erased(bank: DiskBank) -> None:
    given = approved(bank, to="somebody-in-particular")
    approve_ahead(bank, approval=given, resource=resource_of(bank, given), count=1)
    paid(bank, to="somebody-in-particular")
    bank.clock.advance(10)
    bank.erase(asked="age", before=str(bank.home.now()))
    assert files_holding(bank.path, "somebody-in-particular") == []
    assert messages(bank) == set()
    bank.restart()
    assert len(bank.tell("ben", "standings")) == 0


def test_the_verifier_finds_one_for_another_account(bank: DiskBank) -> None:
    first, second = approved(bank, to="shop"), approved(bank, to="another")
    forged_standing(bank, approval=first, resource=resource_of(bank, second), count=1)
    assert messages(bank) == {"24 standing: for another resource than was approved"}
