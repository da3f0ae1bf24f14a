"""How often somebody may fail to sign in."""

from __future__ import annotations

from collections import deque

from watchkeeper.errors import TooManyTries
from watchkeeper.ports import Clock

BY_ADDRESS, BY_ALL = 10, 100
"""Failed tries a minute, of one address and of all together."""
_MINUTE = 60_000_000
_MOST_ADDRESSES = 10_000


class Tries:
    """Counts failed tries by network address: whatever a proxy says of others is not believed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: deque[int] = deque(maxlen=BY_ALL)
        self._by_address: dict[str, deque[int]] = {}

    def check(self, address: str) -> None:
        """Refuse whoever failed too often within the last minute.

        Raises:
            TooManyTries: it is so, of this address or of all together.
        """
        since = self._clock.monotonic() - _MINUTE
        own = self._by_address.get(address, ())
        if _within(own, since) >= BY_ADDRESS or _within(self._all, since) >= BY_ALL:
            raise TooManyTries("too many tries to sign in failed within a minute")

    def failed(self, address: str) -> None:
        """Count one more failed try."""
        now = self._clock.monotonic()
        self._all.append(now)
        while len(self._by_address) >= _MOST_ADDRESSES and address not in self._by_address:
            del self._by_address[next(iter(self._by_address))]
        self._by_address.setdefault(address, deque(maxlen=BY_ADDRESS)).append(now)


def _within(times: deque[int] | tuple[()], since: int) -> int:
    return sum(1 for time in times if time > since)
