"""A moment in time, as records hold it."""

from __future__ import annotations

from datetime import datetime, timedelta

from watchkeeper.errors import RecordInvalid, cut

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC throughout; without a zone it renders bare
_LENGTH = len("2026-01-01T00:00:00.000000Z")
_MICRO = timedelta(microseconds=1)


class Instant(int):
    """Microseconds since 1970-01-01T00:00:00Z, without leap seconds.

    Written as RFC 3339 in UTC with `Z` and six decimals: `2026-11-23T05:01:00.000000Z`.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return render_instant(self)

    def plus(self, seconds: float) -> Instant:
        """Return the moment `seconds` later."""
        return Instant(self + round(seconds * 1_000_000))


def render_instant(at: int) -> str:
    """Render microseconds since the epoch as RFC 3339 in UTC with six decimals."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds") + "Z"


def parse_instant(text: object) -> Instant:
    """Parse exactly the form that `render_instant` writes, and no other."""
    if isinstance(text, str) and len(text) == _LENGTH and text.isascii():
        try:
            moment = datetime.fromisoformat(text[:-1])
        except ValueError:
            pass
        else:
            if moment.tzinfo is None:
                at = Instant((moment - _EPOCH) // _MICRO)
                if render_instant(at) == text:
                    return at
    raise RecordInvalid(f"not a time in UTC with six decimals: {cut(text)}")
