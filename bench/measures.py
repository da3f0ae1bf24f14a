"""The figures themselves."""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import floors
from bench.floors import quantile, timed
from bench.world import World, world
from watchkeeper import wiring
from watchkeeper.enforcement.release import durable
from watchkeeper.loop.home import Home
from watchkeeper.records.action import Status
from watchkeeper.verify.verifier import verify_log

Figures = dict[str, Any]


def one_caller(folder: Path, runs: int, policies: int = 50) -> Figures:
    """Decide, sign and sync, one after the other, beside the floors of the same run."""
    with tempfile.TemporaryDirectory(dir=folder) as place, world(Path(place), policies) as made:
        for _ in range(50):
            made.decide().ticket.wait()
        rounds = [_round(made, folder, runs // 5) for _ in range(5)]
    return {
        "policies": policies,
        "p50us": statistics.median(r["p50us"] for r in rounds),
        "p99us": statistics.median(r["p99us"] for r in rounds),
        "decideOnlyP50us": statistics.median(r["decideOnlyP50us"] for r in rounds),
        "floorSyncP50us": statistics.median(r["floorSyncP50us"] for r in rounds),
        "floorSignP50us": statistics.median(r["floorSignP50us"] for r in rounds),
        "floorCedarP50us": statistics.median(r["floorCedarP50us"] for r in rounds),
        "ratio": statistics.median(r["p50us"] / r["bound"] for r in rounds),
        "boundP50us": statistics.median(r["bound"] for r in rounds),
    }


def _round(made: World, folder: Path, runs: int) -> Figures:
    """One round: floors and figure close together, since a shared machine drifts."""
    sync = quantile(floors.append_and_sync(folder, runs), 0.5)
    sign = quantile(floors.sign(runs), 0.5)
    cedar = quantile(floors.cedar(made, runs), 0.5)

    def recorded() -> None:
        made.decide().ticket.wait()

    taken = timed(recorded, runs)
    alone = timed(made.decide, 100)
    return {
        "p50us": quantile(taken, 0.5),
        "p99us": quantile(taken, 0.99),
        "decideOnlyP50us": quantile(alone, 0.5),
        "floorSyncP50us": sync,
        "floorSignP50us": sign,
        "floorCedarP50us": cedar,
        "bound": 1.5 * (sync + sign + cedar) + 200,
    }


def many_tasks(folder: Path, tasks: int, decisions: int) -> Figures:
    """Decide from many tasks of one loop; each waits until its own record is durable."""
    taken: list[float] = []

    async def run(made: World) -> float:
        loop = asyncio.get_running_loop()

        def deliver(batch: Any) -> None:
            loop.call_soon_threadsafe(batch)

        made.home.log.deliver_with(deliver)
        left = iter(range(decisions))

        async def caller() -> None:
            for _ in left:
                began = time.perf_counter_ns()
                await durable(made.decide().ticket)
                taken.append((time.perf_counter_ns() - began) / 1000)

        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(tasks)))
        return decisions / (time.perf_counter() - began)

    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        world(Path(place)) as made,
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
    ):
        rate = runner.run(run(made))
        made.home.log.deliver_with(lambda batch: batch())
    taken.sort()
    return {
        "tasks": tasks,
        "perSecond": rate,
        "p50us": quantile(taken, 0.5),
        "p99us": quantile(taken, 0.99),
    }


def history(folder: Path, records: int) -> Figures:
    """Fill a home; then measure verifying it, opening it, and what memory all of it took."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        with world(Path(place)) as made:
            before = _resident()
            half = records // 2
            for n in range(half):
                allowed = made.decide()
                made.kernel.finish(allowed, Status.SUCCEEDED, allowed.at, {"refund_id": n})
                if n % 500 == 0:
                    allowed.ticket.wait()
            after = _resident()
        path = Path(place) / "home"
        raw = floors.verify_rate(1.0)
        one = _verify(path, 1)
        both = _verify(path, os.cpu_count() or 1)
        began = time.perf_counter()
        log = wiring.open_log(path)
        Home(log, wiring.clock(), wiring.ids())
        opened = time.perf_counter() - began
        log.close()
    return {
        "records": records,
        "rawVerifyPerSecondPerCore": raw,
        "verifyPerSecondOneProcess": one,
        "verifyPerSecondAllCores": both,
        "verifyShareOfRawOneProcess": one / raw,
        "openSeconds": opened,
        "residentMiBBefore": before,
        "residentMiBAfter": after,
        "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _verify(path: Path, workers: int) -> float:
    began = time.perf_counter()
    found = verify_log(path, workers=workers)
    if found.findings:
        raise RuntimeError(f"the log does not verify: {found.findings[0]}")
    return found.size / (time.perf_counter() - began)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
