"""Somebody reads while others act: what is written meanwhile is for the next reading, no damage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.adapters.posix import read_home
from watchkeeper.errors import FrameInvalid


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    bank.ask(pay(10)).ticket.wait(10)
    yield bank
    bank.close()


def _decide(bank: DiskBank, number: int) -> None:
    """Have one more record, synced by a write of its own."""
    bank.clock.advance(3000)
    allowed(bank.ask(pay(10 + number, to=f"shop {number}"))).ticket.wait(10)


@pytest.mark.parametrize("writes", [1, 2, 5])
def test_what_is_written_after_the_last_record_was_read_is_no_damage(
    bank: DiskBank, writes: int
) -> None:
    beside = read_home(bank.path)
    size = beside.size
    walking = beside.entries()
    first = [next(walking) for _ in range(size)]
    for number in range(writes):
        _decide(bank, number)
    assert [entry.ref.index for entry in (*first, *walking)] == list(range(size))
    assert beside.size == size + writes


def test_nor_is_it_where_nobody_wrote_when_the_reading_began(bank: DiskBank) -> None:
    bank.log.close()
    beside = read_home(bank.path)
    size = beside.size
    walking = beside.entries()
    first = [next(walking) for _ in range(size)]
    bank.restart()
    for number in range(3):
        _decide(bank, number)
    assert [entry.ref.index for entry in (*first, *walking)] == list(range(size))


def test_damage_is_still_told_while_others_write(bank: DiskBank) -> None:
    [segment] = (bank.path / "segments").glob("*.seg")
    offset = segment.stat().st_size
    for number in range(3):
        _decide(bank, number)
    with segment.open("r+b") as file:
        file.seek(offset + 40)
        file.write(b"\xff")
    with pytest.raises(FrameInvalid, match=f"offset {offset}"):
        list(read_home(bank.path).entries())
