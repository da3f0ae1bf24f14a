"""Snapshots while a gateway runs: written by a process of their own, so that no decision waits."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from watchkeeper.ports import Log

_log = logging.getLogger("watchkeeper.snapshots")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often: after so many records, or after a while with at least a few of them.

    `rest` is how many times longer the next one is put off than the last one took.
    """

    records: int = 50_000
    seconds: float = 300.0
    few: int = 1_000
    look_seconds: float = 5.0
    rest: int = 4


async def keep_snapshots(log: Log, path: Path, pace: Pace | None = None) -> None:
    """Have a snapshot written every 50,000 records, or after five minutes with new ones.

    The state lives in the loop that decides, and can be large: copying it would hold every
    decision up, and rendering it in a thread would take the interpreter from them. Another
    process reads the log instead, from the last snapshot on, as any reader does.
    """
    pace = pace or Pace()
    loop = asyncio.get_running_loop()
    kept_at, not_before = loop.time(), 0.0
    while True:
        await asyncio.sleep(pace.look_seconds)
        began, grown = loop.time(), log.size - log.kept_size
        waited = began - kept_at >= pace.seconds
        due = grown >= pace.records or (waited and grown >= pace.few)
        if due and began >= not_before and log.failure() is None:
            await _keep(path)
            kept_at = loop.time()
            not_before = kept_at + pace.rest * (kept_at - began)


async def _keep(path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "watchkeeper", "log", "snapshot", str(path)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode:
        _log.warning("no snapshot was written: %s", said.decode(errors="replace").strip()[:500])
