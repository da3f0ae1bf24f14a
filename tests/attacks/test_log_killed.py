"""The process is killed at any moment, or the kernel refuses to write: a real one, no stand-in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.posix import open_home
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log

_WRITE = """
import resource, signal, sys
from pathlib import Path
from watchkeeper.adapters.clock import SystemClock
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import LogUnavailable
from watchkeeper.records.action import Reason, VoidRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record

clock = SystemClock()
log = open_home(Path(sys.argv[1]), clock=clock, publish_seconds=0.02)
if sys.argv[2] == "limit":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
count = 0
while True:
    at = max(clock.wall(), log.last_at)
    record = Record(Kind.VOID, "action", "a" * 64, VoidRecord(at, "x", Ref(0, 0), Reason.EXPIRED))
    try:
        tickets = [log.append(record, Payload({"n": "y" * 200})) for _ in range(3)]
        for ticket in tickets:
            ticket.wait(30)
            print(ticket.ref.index, flush=True)
    except LogUnavailable:
        print("refused", log.size, log.durable_size, flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        assert log.heal(), log.failure()
        log.append(record).wait(30)
        print(log.durable_size - 1, flush=True)
        log.close()
        break
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    story = Story(tmp_path / "home")
    story.log.close()
    return story.path


def started(home: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITE, str(home), how], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("after", [1, 40, 300])
def test_what_was_acknowledged_survives_a_kill(home: Path, after: int) -> None:
    process = started(home, "kill")
    assert process.stdout is not None
    lines = [next(process.stdout) for _ in range(after)]
    process.kill()
    lines += process.stdout.readlines()
    process.wait(30)
    process.stdout.close()
    acknowledged = [int(line) for line in lines if line.endswith("\n")]
    assert acknowledged == list(range(1, len(acknowledged) + 1))
    with open_home(home, clock=None, publish_seconds=NEVER) as log:  # type: ignore[arg-type]
        assert log.size > acknowledged[-1]
        for index in acknowledged:
            assert log.entry(Ref(0, index)).ref.index == index
    found = verify_log(home)
    assert [f for f in found.findings if f.step != 6] == []


def test_a_write_that_the_kernel_cuts_short(home: Path) -> None:
    process = started(home, "limit")
    out, _ = process.communicate(timeout=60)
    lines = out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("refused"))
    acknowledged = [int(line) for line in lines[:at]]
    _, size, durable = lines[at].split()
    assert process.returncode == 0
    assert int(size) == int(durable) == acknowledged[-1] + 1
    assert int(lines[at + 1]) == acknowledged[-1] + 1
    with open_home(home, clock=None, publish_seconds=NEVER) as log:  # type: ignore[arg-type]
        assert log.recovered is None
        assert log.size == acknowledged[-1] + 2
    assert (home / "segments/00000000.seg").stat().st_size > 59_000
