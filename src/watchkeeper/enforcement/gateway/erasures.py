"""Erasing while agents act: what takes long is done beside the loop that decides."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.erasure.erase import Erasing
from watchkeeper.loop.erasure.unasked import due_by_itself, settled_since
from watchkeeper.loop.kernel import Kernel

DAY_SECONDS = 86_400
MINUTE_SECONDS = 60
_log = logging.getLogger("watchkeeper.erasure")


class Erasures:
    """Carries out erasures, one at a time: those that people ask for, and those that are due."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._looked: tuple[float, str | None] | None = None
        self._tried: float | None = None
        self._over: set[int] = set()

    async def run(self, erasing: Erasing) -> dict[str, Any]:
        """Look, record and finish; return what to tell the person.

        Raises:
            WatchkeeperError: what stood against it.
        """
        async with self._one_at_a_time:
            await asyncio.to_thread(erasing.look)
            await self._carry_out(erasing)
        return erasing.answer()

    def look_after(self) -> None:
        """Begin what nobody has to ask for, unless it is under way; returns at once."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._by_itself())

    async def close(self) -> None:
        """Let what is under way end."""
        if self._task is not None:
            with contextlib.suppress(Exception):
                await self._task

    async def _by_itself(self) -> None:
        try:
            async with self._one_at_a_time:
                await self._what_is_left()
                settled = settled_since(self._kernel)
                if settled is not None:
                    await self._carry_out(settled)
                elif self._is_time():
                    await self._what_is_due()
        except WatchkeeperError as error:
            _log.warning("what is due was not erased: %s", error)

    async def _what_is_left(self) -> None:
        """Finish once a minute what the disk had stood against."""
        now = asyncio.get_running_loop().time()
        if self._tried is None or now - self._tried >= MINUTE_SECONDS:
            self._tried = now
            await asyncio.to_thread(self._kernel.home.log.finish_erasures)

    async def _what_is_due(self) -> None:
        plan, more = self._kernel.home.state.plan, False
        if self._looked is not None and self._looked[1] != plan:
            self._over.clear()
        for due in due_by_itself(self._kernel):
            if due.shard in self._over:
                continue
            await asyncio.to_thread(due.look)
            if due.found.spans or due.found.deferred:
                due.signed = due.found.digest
                await self._carry_out(due)
            if due.wanted.shard is not None and not (due.found.to_come or due.found.more):
                self._over.add(due.shard)  # nothing is added to an older shard
            more = more or due.found.more
        if not more:
            self._looked = asyncio.get_running_loop().time(), plan

    async def _carry_out(self, erasing: Erasing) -> None:
        if erasing.record():
            await asyncio.to_thread(erasing.finish)

    def _is_time(self) -> bool:
        """Tell whether a day has passed since the last look, or another plan came into force."""
        if self._looked is None:
            return True
        at, plan = self._looked
        another = plan != self._kernel.home.state.plan
        return another or asyncio.get_running_loop().time() - at >= DAY_SECONDS
