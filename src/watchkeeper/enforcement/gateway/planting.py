"""Planting escalations at their time, to the moment, and revealing them."""

from __future__ import annotations

import asyncio
import logging

from watchkeeper.loop.drills.planting import next_due, plant_due, reveal_due
from watchkeeper.loop.kernel import Kernel

_EVERY = 1.0
_log = logging.getLogger("watchkeeper.gateway")


async def keep_planting(kernel: Kernel) -> None:
    """Plant what is due when it is due, and look once a second for what can be revealed."""
    while True:
        await asyncio.sleep(_wait(kernel))
        try:
            if kernel.home.failure() is None:
                plant_due(kernel)
                reveal_due(kernel)
        except Exception:  # noqa: BLE001 - it goes on at the next turn, and says so
            _log.exception("planting failed")


def _wait(kernel: Kernel) -> float:
    due = next_due(kernel.home)
    left = _EVERY if due is None else (due - kernel.home.clock.wall()) / 1_000_000
    # What is due and could not be planted is tried again in its own time, not at once.
    return min(_EVERY, left) if left > 0 else 0.1
