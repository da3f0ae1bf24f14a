"""Work that takes long, done once however many ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

RESTS = 20
"""How many times as long as a piece of work took its outcome is kept, whatever comes meanwhile."""


class Once:
    """Keeps the last outcome of a piece of work, and does it again only for another `key`.

    What takes long is not done over and over for a key that changes all the time: it rests twenty
    times as long as it took, but only among keys that are `of` the same thing. `now` gives
    microseconds that never go back.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._turn = asyncio.Lock()
        self._kept: tuple[Any, Any, Any] | None = None
        self._rests_until = 0

    async def get(self, key: Any, work: Callable[[], Any], *, of: Any = None) -> Any:
        """Return what `work` gave for `key`, or just before; it runs in a thread, one at a time.

        Raises:
            Exception: whatever the work raised; then nothing is kept.
        """
        async with self._turn:
            if self._kept is None or self._is_past(key, of):
                began = self._now()
                self._kept = (of, key, await asyncio.to_thread(work))
                self._rests_until = self._now() + RESTS * (self._now() - began)
            return self._kept[2]

    def _is_past(self, key: Any, of: Any) -> bool:
        """Tell whether what is kept is of another thing, or of another key and has rested."""
        assert self._kept is not None
        another = self._kept[0] != of
        return another or (self._kept[1] != key and self._now() >= self._rests_until)


class AimsOnce:
    """What the pages of the management system look at: a plan's register, and its log."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.register, self.picture = Once(now), Once(now)
        self._going_on: set[asyncio.Future[Any]] = set()

    def keep(self, looking: asyncio.Future[Any]) -> None:
        """Let a look that takes long go on, whoever stopped waiting for it."""
        self._going_on.add(looking)
        looking.add_done_callback(self._ended)

    def _ended(self, looking: asyncio.Future[Any]) -> None:
        self._going_on.discard(looking)
        if not looking.cancelled():
            looking.exception()  # whoever looks next is told
