"""Where faults go: every system call on a file below the home, by kind of file and occurrence."""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)$")
_WIDTH = re.compile(r"(\.p/\.?)\d+((?:\.new)?)$")
_WIDEST = 96
_WRITES = frozenset({"write", "pwrite64"})
_NEED_ROOM = frozenset(
    {"write", "pwrite64", "fdatasync", "fsync", "openat", "mkdir", "rename", "ftruncate"}
)


class Fault(enum.StrEnum):
    """What happens at a system call.

    `EIO` fails it once; `ENOSPC` fails it from there on until the disk heals; `SIGKILL` ends the
    process before it is carried out; `short` writes half of it and says so; `full` does that and
    fails the next one; `torn` writes half of it and ends the process.
    """

    EIO = "EIO"
    ENOSPC = "ENOSPC"
    SIGKILL = "SIGKILL"
    SHORT = "short"
    FULL = "full"
    TORN = "torn"


CUTS = {Fault.SHORT: 1, Fault.TORN: 2, Fault.FULL: 3}
"""The faults that strace can not make, and their numbers in `short.c`."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One fault at the n-th system call of that name on that kind of file.

    `file` is a path below the home; `*` stands in it for the width of a partial tile. Calls are
    counted for each thread by strace, for the process by the cutting of writes. `served` says
    that the gateway is `watchkeeper serve` itself, started anew.
    """

    call: str
    file: str
    n: int
    fault: Fault
    served: bool = False

    @property
    def paths(self) -> list[str]:
        """The exact paths, below the home, that `file` stands for."""
        if "*" not in self.file:
            return [self.file]
        return [self.file.replace("*", str(width)) for width in range(1, _WIDEST)]

    def json(self) -> dict[str, Any]:
        """Return the point as JSON."""
        return {"call": self.call, "file": self.file, "n": self.n, "fault": self.fault.value,
                "served": self.served}  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Point:
        """Return the point that `json` rendered."""
        return cls(value["call"], value["file"], value["n"], Fault(value["fault"]), value["served"])


Counts = Mapping[tuple[str, str], int]
"""How often a call of that name was made on that kind of file, by one thread at most."""


def count_calls(trace: Iterable[str], home: str) -> Counts:
    """Count the calls on files below `home` in what `strace -f -y` wrote."""
    by_thread: Counter[tuple[str, str, str]] = Counter()
    below = re.compile(re.escape(home) + r'(/[^">]*)?[">]')
    for line in trace:
        said = _CALL.match(line)
        paths = below.findall(said[3]) if said else []
        if said and paths:
            by_thread[said[1], said[2], _WIDTH.sub(r"\1*\2", paths[0].lstrip("/"))] += 1
    counts: dict[tuple[str, str], int] = {}
    for (_, call, file), count in by_thread.items():
        counts[call, file] = max(counts.get((call, file), 0), count)
    return counts


def points_of(runs: list[Counts], *, served: bool = False) -> list[Point]:
    """Return every point that each of the runs came by, in order."""
    common = set.intersection(*(set(run) for run in runs))
    found = []
    for call, file in sorted(common):
        for n in range(1, min(run[call, file] for run in runs) + 1):
            found += [Point(call, file, n, fault, served) for fault in _faults(call, served)]
    return found


def _faults(call: str, served: bool) -> list[Fault]:  # noqa: FBT001 - as in `points_of`
    faults = [Fault.EIO, Fault.SIGKILL]
    if call in _NEED_ROOM:
        faults.append(Fault.ENOSPC)
    if call in _WRITES and not served:
        faults += [Fault.SHORT, Fault.FULL, Fault.TORN]
    return faults
