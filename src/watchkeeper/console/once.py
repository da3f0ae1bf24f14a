"""Work that takes long, done once however many ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class Once:
    """Keeps the last outcome of a piece of work, and does it again only for another `key`."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._kept: tuple[Any, Any] | None = None

    async def get(self, key: Any, work: Callable[[], Any]) -> Any:
        """Return what `work` gave for `key`; it runs in a thread, one at a time.

        Raises:
            Exception: whatever the work raised; then nothing is kept.
        """
        async with self._turn:
            if self._kept is None or self._kept[0] != key:
                self._kept = (key, await asyncio.to_thread(work))
            return self._kept[1]
