"""The system's clocks behind `ports.Clock`."""

from __future__ import annotations

import time

from watchkeeper.records.instant import Instant


class SystemClock:
    """Wall clock and monotonic clock of this machine, in microseconds."""

    def wall(self) -> Instant:
        """Return the wall clock's time; it may jump."""
        return Instant(time.time_ns() // 1000)

    def monotonic(self) -> int:
        """Return microseconds of a clock that never goes back."""
        return time.monotonic_ns() // 1000
