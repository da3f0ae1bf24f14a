"""What is printed: progress, troubles as they are found, the table, the last line."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from faults.calls.points import Fault, Point
from faults.calls.slots import Answer

TROUBLES = ("lost", "double", "unrecorded")


@dataclass(slots=True)
class Report:
    """Counts as they come in. A point counts as tried only if its fault really happened."""

    total: int
    tried: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    untried: list[Point] = field(default_factory=list)
    served: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def count(self) -> int:
        """How many points were tried."""
        return sum(self.tried.values())

    def add(self, point: Point, answer: Answer) -> None:
        """Take up what came of a point."""
        if answer["fired"]:
            self.tried[point.call, point.fault] += 1
            self.served += point.served
        else:
            self.untried.append(point)
        for trouble, text in answer["found"]:
            self.troubles[trouble] += 1
            print(f"{trouble.upper()} at {_words(point)}: {text}", flush=True)
        if self.count % 25 == 0 or sys.stderr.isatty():
            spent = time.monotonic() - self.began
            print(f"  {self.count} of {self.total} tried, {spent:.0f} s", file=sys.stderr)

    def print(self) -> None:
        """Print the table, what was not tried, and the last line."""
        faults = list(Fault)
        print(f"{'system call':<14}" + "".join(f"{fault.value:>9}" for fault in faults))
        for call in sorted({call for call, _ in self.tried}):
            counts = (self.tried[call, fault] or "" for fault in faults)
            print(f"{call:<14}" + "".join(f"{count!s:>9}" for count in counts))
        if self.untried:
            print(f"{len(self.untried)} points not tried: the run did not come by them")
            for point in self.untried[:20]:
                print(f"  {_words(point)}")
        spent = time.monotonic() - self.began
        print(f"{self.served} of them in `watchkeeper serve` started anew; {spent:.0f} s")
        numbers = ", ".join(f"{self.troubles[trouble]} {trouble}" for trouble in TROUBLES)
        print(f"{self.count} points tried, {numbers}", flush=True)


def _words(point: Point) -> str:
    served = ", served" if point.served else ""
    return f"{point.fault.value} at {point.call} {point.n} of {point.file or '.'}{served}"
