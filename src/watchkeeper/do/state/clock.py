"""Whether the clock can be believed (decision semantics, 2)."""

from __future__ import annotations

from watchkeeper.records.instant import Instant

_MOST_APART = 60_000_000
_FOLLOW_EVERY = 1_000_000
_FOLLOW_PARTS = 1000
_BEFORE_ALL = Instant(-(2**62))


class ClockGuard:
    """Turns two clocks into record times that never decrease, or says that they are unsure.

    Unsure until a person accepts the clock: a wall clock that at the start is more than 60 s
    behind the last record, or ahead of it by more than `gap` seconds; and one that at any time is
    more than 60 s away from the course of the monotonic clock. Meanwhile time goes on along that
    course. A wall clock that is behind the last record by less is unsure until it has caught up.

    The course follows the wall clock's own small corrections by at most a thousandth of the time
    that passed (NTP slews by half of that), so that many small steps never add up to a leap.

    A clock that is accepted although it is behind the last record counts on from that record: log
    times then run ahead of the wall, since they can not go back.
    """

    __slots__ = ("_ahead", "_course", "_last", "_mono", "_unsure")

    def __init__(self, wall: Instant, mono: int, last: Instant | None, gap: int) -> None:
        self._last = _BEFORE_ALL if last is None else last
        self._unsure: str | None = None
        self._course, self._mono = wall, mono
        self._ahead = 0
        if last is None:
            return
        if wall > last.plus(gap):
            self._unsure = "the clock is far ahead of the last record"
        elif last - wall > _MOST_APART:
            self._unsure = "the clock is far behind the last record"
        if self._unsure:
            self._course = last

    @property
    def last(self) -> Instant:
        """The newest time given out."""
        return self._last

    def read(self, wall: Instant, mono: int) -> tuple[Instant, str | None]:
        """Return the time for a record, and why the clock is unsure or None."""
        course = Instant(self._course + (mono - self._mono))
        shown = Instant(wall + self._ahead)
        if self._unsure is None and abs(shown - course) > _MOST_APART:
            self._unsure = "the clock leapt"
        if self._unsure is not None:
            self._last = max(self._last, course)
            return self._last, self._unsure
        self._follow(shown, course, mono)
        if shown < self._last:
            return self._last, "the clock is behind the last record"
        self._last = shown
        return shown, None

    def accept(self, wall: Instant, mono: int) -> None:
        """A person accepted the clock as it stands."""
        self._ahead = max(0, self._last - wall)
        self._course, self._mono = Instant(wall + self._ahead), mono
        self._unsure = None

    def _follow(self, shown: Instant, course: Instant, mono: int) -> None:
        passed = mono - self._mono
        if passed >= _FOLLOW_EVERY:
            most = passed // _FOLLOW_PARTS
            self._course = Instant(course + max(-most, min(most, shown - course)))
            self._mono = mono
