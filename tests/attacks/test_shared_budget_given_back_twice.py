"""What is given back comes back once, whoever says so, and however often."""

from __future__ import annotations

import pytest

from tests.worlds.shared import SharedBank
from watchkeeper.errors import CommandInvalid, LogUnavailable
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Status


def test_a_second_end_of_one_action_gives_nothing_back() -> None:
    bank = SharedBank()
    answer = bank.ask_for("payer", "pay", amount=60, currency="EUR")
    assert isinstance(answer, Allowed)
    bank.kernel.finish(answer, Status.FAILED, answer.at, {})
    with pytest.raises(LogUnavailable):
        bank.kernel.finish(answer, Status.FAILED, answer.at, {})
    assert bank.pay("seller", 100)
    assert not bank.pay("clerk", 0.01)


def test_a_person_can_not_give_back_what_came_to_its_end() -> None:
    bank = SharedBank()
    assert bank.pay("payer", 100)
    done = bank.allows()[-1].action_id
    bank.clock.advance(3600)
    with pytest.raises(CommandInvalid):
        bank.tell("ana", "resolve", actionId=done, status="failed")
    assert not bank.pay("clerk", 0.01)


def test_what_was_given_back_does_not_come_back_by_a_start() -> None:
    bank = SharedBank()
    assert bank.pay("payer", 60, status=Status.FAILED)
    assert bank.pay("payer", 60)
    bank.crash()
    assert not bank.pay("seller", 40.01)
    assert bank.pay("seller", 40)


def test_what_left_the_window_gives_nothing_back() -> None:
    bank = SharedBank()
    answer = bank.ask_for("payer", "pay", amount=60, currency="EUR")
    assert isinstance(answer, Allowed)
    bank.clock.advance(86_401)
    assert bank.pay("seller", 100)
    bank.kernel.finish(answer, Status.FAILED, answer.at, {})
    assert not bank.pay("clerk", 0.01)
