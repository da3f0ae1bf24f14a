"""An agent puts no value in clear by lending that the plan keeps out of the log."""

from __future__ import annotations

import pytest

from tests.worlds.bank import Bank
from tests.worlds.lenders import lenders_bundle, lent
from watchkeeper.errors import CommandInvalid

_TOLD = "4915112345678"


@pytest.mark.parametrize("argument", ["cents", "args.cents"])
def test_a_bound_of_what_is_not_in_clear_is_refused(argument: str) -> None:
    bank = Bank(lenders_bundle())
    size = len(bank.entries())
    with pytest.raises(CommandInvalid, match="not in clear") as refused:
        lent(bank, "payer", "other", caps={argument: _TOLD})
    assert _TOLD not in str(refused.value)
    assert len(bank.entries()) == size


def test_nor_when_it_is_lent_on() -> None:
    bank = Bank(lenders_bundle())
    lent(bank, "payer", "other")
    with pytest.raises(CommandInvalid, match="not in clear"):
        lent(bank, "other", "third", caps={"cents": _TOLD})


def test_what_is_clear_may_be_bounded() -> None:
    bank = Bank(lenders_bundle(delegable="    delegable: {to: [other]}\n"))
    made = lent(bank, "payer", "other", caps={"amount": "50"})
    assert [cap.argument for cap in made.caps] == ["amount"]


def test_and_what_the_plan_itself_bounds() -> None:
    bank = Bank(lenders_bundle(delegable="    delegable: {to: [other], most: {cents: 99}}\n"))
    made = lent(bank, "payer", "other", caps={"cents": "50"})
    assert [(cap.argument, cap.most) for cap in made.caps] == [("cents", "50")]
