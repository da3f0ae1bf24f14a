"""A start, a crash, a snapshot, a new shard or a lost record gives no agent more to spend."""

from __future__ import annotations

import pytest

from tests.worlds.shared import SharedBank
from watchkeeper.loop.steps import Allowed


@pytest.mark.parametrize("mono", [False, True])
def test_a_start_knows_what_all_have_spent(mono: bool) -> None:
    bank = SharedBank()
    bank.pay("payer", 60)
    bank.pay("seller", 30)
    bank.crash(mono=mono)
    assert not bank.pay("clerk", 10.01)
    assert bank.pay("clerk", 10)


def test_a_start_from_a_snapshot_knows_it_too() -> None:
    bank = SharedBank()
    bank.pay("payer", 60)
    assert bank.home.keep(0)
    bank.pay("seller", 30)
    bank.crash()
    assert not bank.pay("clerk", 10.01)
    assert bank.pay("clerk", 10)


def test_a_new_shard_takes_it_over() -> None:
    bank = SharedBank()
    bank.pay("payer", 90)
    bank.roll()
    assert not bank.pay("clerk", 10.01)
    bank.crash()
    assert not bank.pay("clerk", 10.01)
    assert bank.pay("clerk", 10)


def test_what_is_under_way_while_it_goes_down_stays_charged() -> None:
    bank = SharedBank()
    assert isinstance(bank.ask_for("payer", "pay", amount=90, currency="EUR"), Allowed)
    bank.crash()
    assert not bank.pay("seller", 10.01)


def test_a_record_that_was_lost_took_nothing() -> None:
    bank = SharedBank()
    bank.log.holding = True
    answer = bank.ask_for("payer", "pay", amount=90, currency="EUR")
    assert isinstance(answer, Allowed)
    bank.log.broken = True
    bank.log.write()
    bank.log.broken = bank.log.holding = False
    bank.kernel.tick()
    assert bank.kernel.may_release(answer) is not None or answer.ticket.error is not None
    assert bank.pay("seller", 100)
    assert not bank.pay("clerk", 0.01)
