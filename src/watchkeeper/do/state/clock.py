"""Whether the clock can be believed (decision semantics, 2)."""

from __future__ import annotations

from watchkeeper.records.instant import Instant

_MAX_DRIFT = 60_000_000


class ClockGuard:
    """Turns two clocks into record times that never decrease, or says that it is unsure.

    The course of the monotonic clock since `rebase` says where the wall clock should be. A wall
    clock more than 60 s away from there, or ahead of the last record by more than `gap` seconds
    at the start, makes the guard unsure until a person accepts the clock. One that is behind the
    last record makes it unsure until it has caught up.
    """

    __slots__ = ("_last", "_mono", "_sticky", "_wall")

    def __init__(self, wall: Instant, mono: int, last: Instant | None, gap: int) -> None:
        self._last = Instant(-(2**62)) if last is None else last
        self._sticky: str | None = None
        self._wall, self._mono = wall, mono
        if last is not None and wall > last.plus(gap):
            self._sticky = "the clock is far ahead of the last record"
        elif last is not None and wall < last.plus(-_MAX_DRIFT / 1_000_000):
            self._sticky = "the clock is behind the last record"

    @property
    def last(self) -> Instant:
        """The newest time given out."""
        return self._last

    def read(self, wall: Instant, mono: int) -> tuple[Instant, str | None]:
        """Return the time for a record, and why the clock is unsure or None."""
        course = Instant(self._wall + (mono - self._mono))
        if abs(wall - course) > _MAX_DRIFT and self._sticky is None:
            self._sticky = "the clock leapt"
        behind = wall < self._last
        believed = course if self._sticky else wall
        at = max(self._last, believed) if not self._ahead() else self._last
        self._last = at
        if self._sticky:
            return at, self._sticky
        # Follow slow corrections of the clock, so that they never add up to a leap.
        self._wall, self._mono = wall, mono
        return at, "the clock is behind the last record" if behind else None

    def accept(self, wall: Instant, mono: int) -> None:
        """A person accepted the clock as it stands."""
        self._wall, self._mono, self._sticky = wall, mono, None

    def _ahead(self) -> bool:
        return self._sticky is not None and "far ahead" in self._sticky
