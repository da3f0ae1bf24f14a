"""Erasing through a link: the value would stay where the link points, or another file be lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank, files_holding
from watchkeeper.errors import LedgerError
from watchkeeper.records.action import Status


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    done = allowed(bank.ask(pay(10, to="clinic", note="knee 1997", on_behalf_of="maria")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "done"}).wait(10)
    yield bank
    bank.close()


def segment(bank: DiskBank) -> Path:
    return bank.path / "segments" / "00000000.seg"


def test_a_segment_that_is_a_link_is_not_taken_for_erased(bank: DiskBank, tmp_path: Path) -> None:
    aside = tmp_path / "aside.seg"
    segment(bank).rename(aside)
    segment(bank).symlink_to(aside)
    with pytest.raises(LedgerError, match="a link where a file should be"):
        bank.erase(subject="maria")
    assert b"knee 1997" in aside.read_bytes()
    assert not bank.verify().ok


def test_a_segment_with_a_second_name_is_not_taken_for_erased(
    bank: DiskBank, tmp_path: Path
) -> None:
    other = tmp_path / "copy.seg"
    os.link(segment(bank), other)
    with pytest.raises(LedgerError, match="2 names"):
        bank.erase(subject="maria")
    assert any("still there" in finding.message for finding in bank.verify().findings)
    other.unlink()
    assert bank.log.finish_erasures() == 2
    assert files_holding(bank.path, "knee 1997") == []
    assert bank.verify().ok


def test_a_link_planted_where_the_new_segment_is_written_is_not_followed(
    bank: DiskBank, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"untouched")
    (bank.path / "segments" / ".00000000.seg.new").symlink_to(victim)
    assert bank.erase(subject="maria")["removed"] == 2
    assert victim.read_bytes() == b"untouched"
    assert segment(bank).is_file()
    assert not segment(bank).is_symlink()


def test_a_torn_tail_that_is_a_link_is_not_taken_for_erased(bank: DiskBank, tmp_path: Path) -> None:
    aside = tmp_path / "aside.torn"
    aside.write_bytes(b"knee 1997")
    kept = bank.path / "kept"
    kept.mkdir(mode=0o700)
    (kept / "00000000-1-00000000.torn").symlink_to(aside)
    with pytest.raises(LedgerError, match="a link where a file should be"):
        bank.erase(subject="maria")


def test_a_segment_of_an_older_shard_with_a_second_name_is_not_taken_for_erased(
    bank: DiskBank, tmp_path: Path
) -> None:
    bank.roll()
    bank.clock.advance(2000)
    done = allowed(bank.ask(pay(10, to="clinic", note="hip 2003", on_behalf_of="maria")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "done"}).wait(10)
    other = tmp_path / "copy.seg"
    os.link(segment(bank), other)
    with pytest.raises(LedgerError, match="2 names"):
        bank.erase(subject="maria", shard=0)
    assert any("0/2 is still there" in finding.message for finding in bank.verify().findings)
    # What stands against one shard does not keep another.
    with pytest.raises(LedgerError, match="2 names"):
        bank.erase(subject="maria")
    assert files_holding(bank.path, "hip 2003") == []
    with pytest.raises(LedgerError, match="no new shard was begun"):
        bank.roll()
    assert bank.log.shard == 1
    other.unlink()
    assert bank.log.finish_erasures() == 2
    assert files_holding(bank.path, "knee 1997") == []
    bank.roll()
    assert bank.verify().ok
