"""Calls that never happened neither forbid what others do, nor hide what did happen."""

from __future__ import annotations

from tests.worlds.remembered import RememberingBank
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Reason, Status


def test_a_refused_call_is_not_remembered() -> None:
    bank = RememberingBank()
    assert not bank.pay("payer", "much", to="shop")
    assert bank.move(to="shop")


def test_one_that_provably_failed_is_not_remembered_as_done() -> None:
    bank = RememberingBank()
    assert bank.pay("payer", 1, to="shop", status=Status.FAILED)
    assert bank.move(to="shop")


def test_one_that_was_held_back_is_neither_done_nor_failed() -> None:
    bank = RememberingBank()
    answer = bank.ask_for("payer", "pay", amount=1, currency="EUR")
    assert isinstance(answer, Allowed)
    bank.kernel.not_released(answer, Reason.STOPPED)
    assert bank.do("payer", "tell", to="shop")
    assert bank.move(to="shop")


def test_a_failure_does_not_take_back_what_succeeded_at_the_same_moment() -> None:
    bank = RememberingBank()
    assert bank.pay("payer", 1, to="shop")
    assert bank.pay("clerk", 1, to="shop", status=Status.FAILED)
    assert not bank.move(to="shop")


def test_a_second_end_takes_back_nothing() -> None:
    bank = RememberingBank()
    assert bank.pay("payer", 1, to="shop")
    bank.crash()
    assert not bank.move(to="shop")
