"""A disk that fails or fills up, or a crash, at any operation of an erasure: all or nothing."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, pay
from tests.worlds.disk_bank import DiskBank, files_holding
from tests.worlds.homes import DiskError
from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import LogUnavailable, WatchkeeperError
from watchkeeper.loop.erasure.erase import Erasing
from watchkeeper.records.action import Status
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log

NOTE = "knee 1997"


class Counting(Files):
    """Counts the operations that change the disk; from the n-th on everything fails."""

    def __init__(self) -> None:
        self.seen = 0
        self.fails_at: int | None = None
        self.once = False
        self.error = errno.EIO

    def call(self, name: str, act: Any, /, *args: Any, **kwargs: Any) -> Any:
        if name not in {"read", "fstat", "statvfs"}:
            self.seen += 1
            at = self.fails_at
            if at is not None and (self.seen == at or (self.seen > at and not self.once)):
                if name == "write":
                    act(args[0], bytes(args[1])[: len(args[1]) // 2])
                raise DiskError(self.error, os.strerror(self.error))
        return super().call(name, act, *args, **kwargs)


def world(path: Path, files: Counting) -> DiskBank:
    bank = DiskBank(path, files=files)
    for number in range(3):
        done = allowed(bank.ask(pay(10, to="clinic", note=NOTE, on_behalf_of=f"maria{number % 2}")))
        bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": NOTE}).wait(10)
        bank.clock.advance(2000)
    kept = path / "kept"
    kept.mkdir(mode=0o700)
    (kept / "00000000-7-00000000.torn").write_bytes(NOTE.encode())
    return bank


def operations(tmp_path: Path) -> int:
    """How many operations a whole erasure takes."""
    files = Counting()
    bank = world(tmp_path / "measured", files)
    erasing = bank.begin(subject="maria0")
    erasing.look()
    files.seen = 0
    assert erasing.record()
    erasing.finish()
    count = files.seen
    bank.close()
    return count


def carry_out(erasing: Erasing) -> None:
    assert erasing.record()
    erasing.finish()


def held_by(bank: Bank) -> tuple[int, int]:
    """How many erasure records there are, and how many payloads are gone."""
    entries = bank.entries()
    return (
        sum(1 for entry in entries if entry.record.kind is Kind.ERASURE),
        sum(1 for entry in entries if entry.erased is not None),
    )


@pytest.mark.parametrize("error", [errno.EIO, pytest.param(errno.ENOSPC, marks=pytest.mark.slow)])
def test_after_a_failure_at_any_operation_the_next_start_tells_all_or_nothing(
    tmp_path: Path, error: int
) -> None:
    count = operations(tmp_path)
    assert count >= 12
    for number in range(1, count + 1):
        files = Counting()
        path = tmp_path / f"{error}-{number}"
        bank = world(path, files)
        erasing = bank.begin(subject="maria0")
        erasing.look()
        files.seen, files.fails_at, files.error = 0, number, error
        with pytest.raises((WatchkeeperError, OSError)):
            carry_out(erasing)
        files.fails_at = None
        copy = tmp_path / f"{error}-{number}-after"
        bank.crash_into(copy)
        records, gone = held_by(bank)
        assert (records, gone) in {(0, 0), (1, 4)}, f"operation {number}: {records}, {gone}"
        bank.log.publish_now()
        verified = verify_log(copy, workers=1)
        assert verified.ok, (number, verified.findings)
        left = files_holding(copy / "kept", NOTE)
        assert bool(left) is (records == 0), number
        assert not list((copy / "segments").glob(".*")), number
        bank.close()
        shutil.rmtree(path)
        shutil.rmtree(copy)


def test_a_disk_that_fills_up_in_the_middle_is_gone_on_with_when_there_is_room(
    tmp_path: Path,
) -> None:
    files = Counting()
    bank = world(tmp_path / "home", files)
    erasing = bank.begin(subject="maria0")
    erasing.look()
    assert erasing.record()
    files.seen, files.fails_at, files.error = 0, 3, errno.ENOSPC
    with pytest.raises(LogUnavailable, match="recorded and not finished"):
        erasing.finish()
    files.fails_at = None
    assert held_by(bank) == (1, 0)
    assert bank.log.finish_erasures() == 4
    assert held_by(bank) == (1, 4)
    # The log was never stopped by it.
    allowed(bank.ask(pay(10, to="shop")))
    assert bank.verify().ok
    bank.close()


def test_an_erasure_that_was_noted_and_never_recorded_is_forgotten(tmp_path: Path) -> None:
    bank = world(tmp_path / "home", Counting())
    bank.log.begin_erasure()
    assert (bank.path / "erasing").is_file()
    bank.restart()
    assert not (bank.path / "erasing").exists()
    assert held_by(bank) == (0, 0)
    bank.close()
