"""Challenges of ceremonies that record nothing: random, for one use, for two minutes."""

from __future__ import annotations

from watchkeeper.ports import Clock, Ids

LASTS = 120_000_000
MOST = 10_000


class Ceremonies:
    """The challenges that wait for an answer, each for one purpose and one asker."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock, self._ids = clock, ids
        self._waiting: dict[tuple[str, str, bytes], int] = {}

    def begin(self, purpose: str, asker: str) -> bytes:
        """Return a new challenge for whoever asks: by address, or by session."""
        now = self._clock.monotonic()
        if len(self._waiting) >= MOST:
            self._waiting = {k: at for k, at in self._waiting.items() if now - at < LASTS}
        while len(self._waiting) >= MOST:
            del self._waiting[next(iter(self._waiting))]
        challenge = self._ids.random_bytes(32)
        self._waiting[purpose, asker, challenge] = now
        return challenge

    def take(self, purpose: str, asker: str, challenge: bytes) -> bool:
        """Tell whether a challenge waits for this asker; it does not any more after that."""
        at = self._waiting.pop((purpose, asker, challenge), None)
        return at is not None and self._clock.monotonic() - at < LASTS
