"""Waiting for the disk without holding up anybody else."""

from __future__ import annotations

import asyncio

from watchkeeper.errors import LogUnavailable, WatchkeeperError
from watchkeeper.ports import Ticket


async def durable(ticket: Ticket) -> None:
    """Wait until a record is durable.

    Raises:
        LogUnavailable: it was not and will not be written.
    """
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def finish(error: WatchkeeperError | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(LogUnavailable(error.message))

    ticket.when_done(finish)
    await done
