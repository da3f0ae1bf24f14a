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
        """Return microseconds of a clock that never goes back, and goes on while suspended."""
        return _steady_ns() // 1000


def _steady_ns() -> int:
    # On Linux the plain monotonic clock stands still while the machine sleeps, which would look
    # as if the wall clock had leapt.
    boot: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() if boot is None else time.clock_gettime_ns(boot)
