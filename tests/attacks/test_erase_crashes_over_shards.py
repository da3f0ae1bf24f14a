"""A disk that fails, or a crash, at any operation while an older shard is erased from."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from tests.attacks.test_erase_crashes import NOTE, Counting, carry_out, world
from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank, files_holding
from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.erasure.erase import Erasing
from watchkeeper.records.action import Status
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log


def rolled(path: Path, files: Counting) -> tuple[DiskBank, Erasing]:
    """A bank in its second shard, where somebody of the first one is about to be erased."""
    bank = world(path, files)
    bank.home.keep(after=0)
    bank.roll()
    done = allowed(bank.ask(pay(10, to="shop")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "plain"}).wait(10)
    erasing = bank.begin(subject="maria0", shard=0)
    erasing.look()
    files.seen = 0
    return bank, erasing


def held_by(bank: DiskBank) -> tuple[int, int, int]:
    """How many erasure records there are, and how many payloads are gone from either shard."""
    entries = bank.entries()
    gone = [entry.ref.shard for entry in entries if entry.erased is not None]
    records = sum(1 for entry in entries if entry.record.kind is Kind.ERASURE)
    return records, gone.count(0), gone.count(1)


@pytest.mark.parametrize("error", [errno.EIO, pytest.param(errno.ENOSPC, marks=pytest.mark.slow)])
def test_after_a_failure_at_any_operation_the_next_start_tells_all_or_nothing(
    tmp_path: Path, error: int
) -> None:
    files = Counting()
    bank, erasing = rolled(tmp_path / "measured", files)
    carry_out(erasing)
    count = files.seen
    assert held_by(bank) == (1, 4, 0)
    bank.close()
    assert count >= 12
    for number in range(1, count + 1):
        files, path = Counting(), tmp_path / f"{error}-{number}"
        bank, erasing = rolled(path, files)
        files.fails_at, files.error = number, error
        with pytest.raises((WatchkeeperError, OSError)):
            carry_out(erasing)
        files.fails_at = None
        copy = tmp_path / f"{error}-{number}-after"
        bank.crash_into(copy)
        found = held_by(bank)
        assert found in {(0, 0, 0), (1, 4, 0)}, f"operation {number}: {found}"
        bank.log.publish_now()
        verified = verify_log(copy, workers=1)
        assert verified.ok, (number, verified.findings)
        assert bool(files_holding(copy / "kept", NOTE)) is (found[0] == 0), number
        assert not list(copy.rglob("segments/.*")), number
        assert (copy / "erasing").exists() is False, number
        bank.close()
        shutil.rmtree(path)
        shutil.rmtree(copy)
