"""The note of an erasure says where to look for its record: somebody writes another place there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.disk_bank import DiskBank, files_holding
from tests.worlds.rolled import RolledBank

NOTE = "erasing"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    bank = RolledBank(tmp_path / "home")
    bank.do(note="maria@example.com")
    yield bank
    bank.log.close()


def erased(bank: DiskBank) -> bool:
    return not files_holding(bank.path, "maria@example.com") and bank.verify().findings == ()


def test_a_later_place_before_the_erasure(bank: RolledBank) -> None:
    (bank.path / NOTE).write_bytes(b"99999\n")
    assert bank.erase(asked="records", spans=[[2, 4]])["removed"] == 2
    assert erased(bank)
    assert not (bank.path / NOTE).exists()


@pytest.mark.parametrize("note", [None, b"99999\n"])
def test_another_place_between_the_record_and_its_end(bank: RolledBank, note: bytes | None) -> None:
    erasing = bank.begin(asked="records", spans=[[2, 4]])
    erasing.look()
    assert erasing.record()
    (bank.path / NOTE).unlink()
    if note is not None:
        (bank.path / NOTE).write_bytes(note)
    erasing.finish()
    assert erasing.removed == 2
    assert erased(bank)


@pytest.mark.parametrize("note", [b"9" * 5000, b"\xd9\xa1", b"-1", b""])
def test_what_is_no_place_is_said_and_stops_no_start(bank: RolledBank, note: bytes) -> None:
    bank.log.close()
    (bank.path / NOTE).write_bytes(note)
    bank.restart()
    assert bank.home.failure() is None
    assert (bank.path / NOTE).read_bytes() == note
