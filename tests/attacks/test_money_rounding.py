"""What is left after many small payments is exact: nothing is rounded, up or down."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.shared import SharedBank, changed
from watchkeeper.do.decision.bounds.money import Worth, worth_of
from watchkeeper.do.encode.encoder import Encoded
from watchkeeper.records.plan.bounds import Money


def test_ten_times_a_tenth_is_one_whole() -> None:
    bank = SharedBank(changed("budgets.yaml", "sum: 100.00", "sum: 1.00"))
    assert all(bank.pay("payer", 0.1) for _ in range(10))
    assert not bank.pay("seller", 0.0001)


def test_thirds_of_a_cent_are_refused_and_not_rounded() -> None:
    bank = SharedBank()
    assert not bank.pay("payer", 0.00001)
    assert not bank.pay("payer", 33.33333)
    assert bank.pay("payer", 33.3333)
    assert not bank.pay("seller", 66.6668)
    assert bank.pay("seller", 66.6667)


def test_cents_are_no_euros() -> None:
    bank = SharedBank()
    assert bank.do("payer", "move", cents=10_000)
    assert not bank.do("payer", "move", cents=1)
    assert bank.allows()[-1].grants[0].amount == "100.00"


@pytest.mark.parametrize(("minor", "amount"), [(0, "12345"), (2, "123.45"), (3, "12.345")])
def test_minor_units_move_the_point_and_nothing_else(minor: int, amount: str) -> None:
    worth = worth_of(Money("n", always="EUR", minor=minor), {}, _encoded(12345))
    assert worth == Worth(Decimal(amount), "EUR")


@settings(max_examples=60)
@given(st.integers(0, 2**53 - 1), st.integers(0, 4))
def test_every_integer_is_worth_exactly_what_it_says(number: int, minor: int) -> None:
    worth = worth_of(Money("n", always="EUR", minor=minor), {}, _encoded(number))
    if isinstance(worth, str):
        assert worth == "n is too large"
        assert Decimal(number) / 10**minor > Decimal("922337203685477.5807")
    else:
        assert worth.amount * 10**minor == number
        assert "E" not in str(worth.amount)


def _encoded(number: int) -> Encoded:
    return Encoded({}, {}, {}, [], [], {"n": number})
