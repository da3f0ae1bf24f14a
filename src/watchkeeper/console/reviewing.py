"""What the records say of reviews, read on from where it was read last."""

from __future__ import annotations

import asyncio

from watchkeeper.check.oversight import Reviews, ReviewsReader
from watchkeeper.loop.home import Home


class Reviewing:
    """Reads a home's records once, however often it is asked: beside the decisions, in a thread."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._turn = asyncio.Lock()
        self._reader = ReviewsReader()
        self._shard, self._next = -1, 0

    async def reviews(self) -> Reviews:
        """Return what the durable records say by now.

        Raises:
            LedgerError: they can not be read.
        """
        async with self._turn:
            return await asyncio.to_thread(self._read)

    def _read(self) -> Reviews:
        log = self._home.log
        for shard in (number for number in log.shards if number >= self._shard):
            if shard > self._shard:
                self._shard, self._next = shard, 0
            for entry in log.entries(self._next, shard):
                self._reader.take(entry)
                self._next += 1
        return self._reader.reviews()
