"""A crash, or a failing disk, at every single file operation of a roll."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.homes import NEVER, FaultyFiles
from tests.worlds.memory import CountedIds, FakeClock
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import LogUnavailable
from watchkeeper.loop.shards.carried import check_carried
from watchkeeper.loop.steps import Allowed, Refused
from watchkeeper.records.action import Status
from watchkeeper.verify import verify_log


class Crash(BaseException):
    """The process is gone."""


class CrashingFiles(Files):
    """Files at whose n-th operation, once armed, everything ends; half of a write gets through."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.seen = 0

    def call(self, name: str, act: Any, /, *args: Any, **kwargs: Any) -> Any:
        if self.left is not None:
            self.seen += 1
            if self.left == 0:
                if name == "write":
                    act(args[0], args[1][: len(args[1]) // 2])
                raise Crash
            self.left -= 1
        return super().call(name, act, *args, **kwargs)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which something was paid, something waits, and something is unknown."""
    path = tmp_path_factory.mktemp("roll") / "home"
    bank = DiskBank(path)
    paid = allowed(bank.ask(pay(200, note="a")))
    paid.ticket.wait()
    bank.kernel.finish(paid, Status.SUCCEEDED, paid.at, {}).wait()
    allowed(bank.ask(pay(20, note="b"))).ticket.wait()
    escalated(bank.ask(pay(250)))
    bank.log.close()
    return path


class Again(DiskBank):
    """The same home, opened from a copy."""

    def __init__(self, source: Path, path: Path, files: Files) -> None:
        shutil.copytree(source, path)
        self.path, self.clock = path, FakeClock()
        self.ids, self._signed = CountedIds("again"), CountedIds("people again")
        self.log = open_home(path, clock=self.clock, files=files, publish_seconds=NEVER)
        self.open()

    def vanish(self) -> None:
        """What a killed process leaves behind: an open lock that the kernel lets go."""
        os.close(self.log._lock)


def _what_must_hold(path: Path, tmp: Path) -> int:
    """Open what a crash left, whatever shard it is in, and see that nothing was won or lost."""
    bank = Again(path, tmp, Files())
    try:
        used = bank.home.state.budgets.used("pays", bank.home.now())
        assert [(u.count, str(u.sum)) for u in used] == [(2, "220")] or [
            (u.count, int(u.sum)) for u in used
        ] == [(2, 220)]
        assert len(bank.home.state.open) == 1
        (waiting,) = bank.home.state.pending.waiting()
        bank.approve(waiting.handle)
        answer = bank.come_back(waiting.handle)
        assert isinstance(answer, Allowed)
        answer.ticket.wait()
        assert isinstance(bank.come_back(waiting.handle), Refused)
        assert check_carried(bank.log, bank.clock) is (bank.log.shard > 0)
        shard = bank.log.shard
    finally:
        bank.log.close()
    assert verify_log(tmp).findings == ()
    return shard


BODIES = pytest.mark.parametrize(
    "body",
    # With a new key of the log there is every operation of a roll without one, and more.
    [pytest.param({}, marks=pytest.mark.slow), {"newLogKey": True}],
    ids=["", "new log key"],
)


@BODIES
@pytest.mark.parametrize("part", range(6))
def test_a_crash_at_every_operation(
    ready: Path, tmp_path: Path, part: int, body: dict[str, bool]
) -> None:
    shards, tried = set(), part
    while True:
        files = CrashingFiles()
        bank = Again(ready, tmp_path / f"crash-{tried}", files)
        files.left = tried
        try:
            bank.roll(**body)
        except Crash:
            bank.vanish()
        else:
            files.left = None
            bank.log.close()
            assert files.seen <= tried
            break
        shards.add(_what_must_hold(bank.path, tmp_path / f"after-{tried}"))
        shutil.rmtree(bank.path)
        shutil.rmtree(tmp_path / f"after-{tried}")
        tried += 6
    assert tried > 20
    assert shards == {0, 1}


OPERATIONS = ["open", "write", "fsync", "fdatasync", "rename", "mkdir", "read", "ftruncate"]


@BODIES
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_disk_that_fails_at_every_operation(
    ready: Path, tmp_path: Path, name: str, body: dict[str, bool]
) -> None:
    """Either nothing was begun and the shard goes on, or everything is refused until a start."""
    for nth in range(0, 150, 3 if name == "open" else 1):
        files = FaultyFiles()
        bank = Again(ready, tmp_path / f"{name}-{nth}", files)
        files.break_(name, after=nth)
        try:
            bank.roll(**body)
        except LogUnavailable:
            files.mend()
            bank.kernel.tick()
            if bank.home.failure() is None:
                bank.tell("ana", "token", agent="payer", name="still", digest="a" * 64)
        hit = files.calls[name] > nth
        files.mend()
        bank.log.close()
        _what_must_hold(bank.path, tmp_path / "after")
        shutil.rmtree(bank.path)
        shutil.rmtree(tmp_path / "after")
        if not hit:
            return
    pytest.fail("more operations than expected")
