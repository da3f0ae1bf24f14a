"""A payment below zero must not make room for others."""

from __future__ import annotations

import pytest

from tests.worlds.shared import SharedBank


@pytest.mark.parametrize("amount", [-1, -0.0001, -100, -900_000_000_000_000])
def test_less_than_nothing_is_forbidden_and_gives_nothing_back(amount: float) -> None:
    bank = SharedBank()
    assert bank.pay("payer", 100)
    assert not bank.pay("seller", amount)
    assert not bank.pay("clerk", 0.0001)


@pytest.mark.parametrize("cents", [-1, -10_000, -(2**53 - 1)])
def test_nor_do_cents_below_zero(cents: int) -> None:
    bank = SharedBank()
    assert not bank.do("payer", "move", cents=cents)
    assert bank.pay("seller", 100)
    assert not bank.pay("clerk", 0.0001)


def test_nothing_at_all_is_charged_as_nothing() -> None:
    bank = SharedBank()
    assert bank.pay("payer", 0)
    assert bank.pay("payer", -0.0)
    assert bank.pay("seller", 100)
    assert not bank.pay("clerk", 0.0001)


@pytest.mark.parametrize("amount", [1e15, 922337203685477.5807, 2**53 - 1])
def test_what_is_too_large_to_add_up_is_forbidden(amount: float) -> None:
    bank = SharedBank()
    assert not bank.pay("payer", amount)
    assert bank.pay("seller", 100)
