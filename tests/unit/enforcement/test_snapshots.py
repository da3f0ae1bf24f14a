"""A gateway has snapshots written by another process, and ends it when it ends itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.enforcement.snapshots import Pace, keep_snapshots


async def test_they_are_written_when_enough_came(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home")
    try:
        allowed(bank.ask(pay(20))).ticket.wait()
        bank.log.publish_now()
        keeping = asyncio.create_task(
            keep_snapshots(bank.log, bank.path, Pace(records=2, look_seconds=0.01))
        )
        async with asyncio.timeout(60):
            while not bank.log.kept_size:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
        keeping.cancel()
        await asyncio.wait([keeping])
        assert bank.log.snapshot() == (bank.log.size, bank.home.kept_form())
    finally:
        bank.log.close()


async def test_nothing_is_left_running(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home")
    try:
        bank.log.publish_now()
        keeping = asyncio.create_task(
            keep_snapshots(bank.log, bank.path, Pace(records=1, look_seconds=0.01))
        )
        await asyncio.sleep(0.1)
        keeping.cancel()
        await asyncio.wait([keeping], timeout=20)
        assert keeping.cancelled()
    finally:
        bank.log.close()
