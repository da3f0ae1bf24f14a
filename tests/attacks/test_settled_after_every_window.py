"""An effect is settled after every window, and a snapshot was kept: the sums are the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.loop.shards.carried import check_carried
from watchkeeper.loop.steps import Allowed


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


@pytest.mark.parametrize("status", ["failed", "succeeded"])
def test_a_shard_goes_on_from_what_its_records_add_up_to(bank: DiskBank, status: str) -> None:
    paid = bank.ask(pay(50))
    assert isinstance(paid, Allowed)
    paid.ticket.wait(10)
    bank.clock.advance(2 * 86_400 + 4_000)
    bank.tell("ana", "accept-clock")
    assert bank.home.keep(after=1)
    bank.restart()
    bank.tell("ana", "resolve", actionId=paid.request.action_id, status=status)
    bank.roll()
    bank.restart()
    assert check_carried(bank.log, bank.clock)
    for kept in (bank.path / "snapshots").iterdir():
        kept.unlink()
    bank.restart()
    assert check_carried(bank.log, bank.clock)
