"""Somebody reads while a segment is written anew: the old or the new, never half of either."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank, files_holding
from watchkeeper.adapters.posix import read_home
from watchkeeper.records.action import Status
from watchkeeper.records.reference import Ref

NOTE = "knee 1997"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    for _ in range(6):
        done = allowed(bank.ask(pay(10, to="clinic", note=NOTE, on_behalf_of="maria")))
        bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": NOTE}).wait(10)
        bank.clock.advance(3000)
    yield bank
    bank.close()


def _held_though_deleted(bank: DiskBank) -> list[Path]:
    """Return the segments of this home that the process still has open although they are gone."""
    held = [found.resolve() for found in Path("/proc/self/fd").iterdir() if found.exists()]
    gone = [path for path in held if "deleted" in path.name and ".seg" in path.name]
    return [path for path in gone if path.is_relative_to(bank.path.resolve())]


def test_a_reader_beside_sees_every_record_and_the_payload_or_the_stub(bank: DiskBank) -> None:
    beside = read_home(bank.path)
    walking = beside.entries()
    first = [next(walking) for _ in range(5)]
    bank.erase(subject="maria")
    rest = list(walking)
    indexes = [entry.ref.index for entry in (*first, *rest)]
    assert indexes == list(range(len(indexes)))
    assert all(entry.payload is not None for entry in first[1:])
    again = list(beside.entries())
    assert [entry.ref.index for entry in again if entry.erased] == list(range(2, 14))
    assert beside.entry(Ref(0, 2)).erased is not None


def test_the_process_that_erases_reads_the_new_file_at_once(bank: DiskBank) -> None:
    assert bank.log.entry(Ref(0, 2)).payload is not None
    bank.erase(subject="maria")
    assert bank.log.entry(Ref(0, 2)).erased is not None
    assert _held_though_deleted(bank) == []


def test_threads_that_read_meanwhile_are_never_given_another_record(bank: DiskBank) -> None:
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            for index in range(2, 14):
                entry = bank.log.entry(Ref(0, index))
                if entry.ref.index != index or (entry.payload is None and entry.erased is None):
                    wrong.append(index)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(2, 14, 3):
        bank.erase(asked="records", spans=[[number, number + 1]])
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    bank.erase(subject="maria")
    assert files_holding(bank.path, NOTE) == []


def test_an_older_shard_is_read_from_its_new_files_at_once(bank: DiskBank) -> None:
    bank.roll()
    beside = read_home(bank.path)
    walking = beside.entries(shard=0)
    first = [next(walking) for _ in range(5)]
    assert bank.log.entry(Ref(0, 2)).payload is not None
    bank.erase(subject="maria", shard=0)
    assert bank.log.entry(Ref(0, 2)).erased is not None
    assert beside.entry(Ref(0, 2)).erased is not None
    rest = list(walking)
    indexes = [entry.ref.index for entry in (*first, *rest)]
    assert indexes == list(range(len(indexes)))
    again = [entry.ref.index for entry in bank.log.entries(shard=0) if entry.erased]
    assert again == list(range(2, 14))
    assert _held_though_deleted(bank) == []
