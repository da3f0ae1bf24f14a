"""Messages on their way to somebody who may read slowly, or not at all: bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST = 1024
MOST_BYTES = 4 << 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    item: T
    size: int
    always: bool


class Box(Generic[T]):
    """A queue that never makes its writer wait.

    Above 1,024 messages or 4 MiB the oldest is left out, but never one that is put in `always`.
    """

    def __init__(self) -> None:
        self._items: deque[_Kept[T]] = deque()
        self._bytes = 0
        self._there = asyncio.Event()
        self._closed = False
        self.left_out = 0

    def put(self, item: T, size: int = 0, *, always: bool = False) -> None:
        """Put something in; after `close` nothing is."""
        if self._closed:
            return
        self._items.append(_Kept(item, size, always))
        self._bytes += size
        while len(self._items) > MOST or self._bytes > MOST_BYTES:
            if not self._leave_out():
                break
        self._there.set()

    async def get(self) -> T:
        """Take the oldest out; wait where there is none."""
        while not self._items:
            self._there.clear()
            await self._there.wait()
        found = self._items.popleft()
        self._bytes -= found.size
        return found.item

    def close(self) -> None:
        """Nobody reads any more."""
        self._closed = True
        self._items.clear()
        self._bytes = 0

    def _leave_out(self) -> bool:
        """Leave the oldest out that may be, but for the newest; False if none may."""
        for place in range(len(self._items) - 1):
            found = self._items[place]
            if not found.always:
                del self._items[place]
                self._bytes -= found.size
                self.left_out += 1
                return True
        return False
