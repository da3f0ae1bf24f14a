"""What publishing costs: the same load with a checkpoint a second and without, in turn."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import floors
from bench.measures import Figures, loop_factory
from bench.world import World, world
from watchkeeper.adapters.posix.log import PosixLog
from watchkeeper.loop.durable import durable

NEVER = 3600.0
TASKS = 64
SYNCS = 8
"""Files and folders that one checkpoint syncs: tiles, entries, and the checkpoint twice."""


@dataclass
class Publisher:
    """Publishes once a second, and notes what each time took."""

    log: PosixLog
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    records: list[int] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Publish while the body runs."""
        stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(1.0):
            before = self.log.published_size
            cpu, wall = time.thread_time(), time.perf_counter()
            self.log.publish_now()
            self.cpu.append(time.thread_time() - cpu)
            self.wall.append(time.perf_counter() - wall)
            self.records.append(self.log.published_size - before)


def publishing(folder: Path, turns: int, seconds: float) -> Figures:
    """Decide from 64 tasks for `seconds` at a time, with publishing and without, in turn."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        world(Path(place), publish_seconds=NEVER) as made,
        asyncio.Runner(loop_factory=loop_factory()) as runner,
    ):
        log = made.home.log
        if not isinstance(log, PosixLog):
            raise TypeError("not a log on this disk")
        publisher = Publisher(log)
        runner.run(rate(made, seconds / 4))
        for turn in range(turns * 2):
            on = turn % 4 in {0, 3}  # on, off, off, on: a drift of the machine evens out
            log.publish_now()
            if on:
                with publisher.running():
                    rates[on].append(runner.run(rate(made, seconds)))
            else:
                rates[on].append(runner.run(rate(made, seconds)))
        floor = _syncs(Path(place))
        log.deliver_with(lambda batch: batch())
    with_it, without = median(rates[True]), median(rates[False])
    return {
        "onPerSecond": with_it,
        "offPerSecond": without,
        "costShare": 1 - with_it / without,
        "checkpoints": len(publisher.cpu),
        "recordsEach": median(publisher.records),
        "cpuMillisEach": median(publisher.cpu) * 1000,
        "cpuShare": sum(publisher.cpu) / (turns * seconds),
        "wallMillisEach": median(publisher.wall) * 1000,
        "floorSyncsMillis": floor,
    }


async def rate(made: World, seconds: float) -> float:
    """Return how many decisions a second become durable."""
    loop = asyncio.get_running_loop()

    def deliver(batch: Any) -> None:
        loop.call_soon_threadsafe(batch)

    made.home.log.deliver_with(deliver)
    began, done = time.perf_counter(), 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await durable(made.decide().ticket)
            done += 1

    await asyncio.gather(*(caller() for _ in range(TASKS)))
    return done / (time.perf_counter() - began)


def _syncs(folder: Path) -> float:
    """Return what as many syncs as a checkpoint needs take by themselves, in milliseconds."""
    fd = os.open(folder / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    acts: dict[str, Callable[[], object]] = {
        "sync": lambda: floors.append_and_sync(fd, b"x" * 4096)
    }
    taken = floors.in_turn(acts, 50)["sync"]
    os.close(fd)
    return SYNCS * floors.quantile(taken, 0.5) / 1000
