"""The figures themselves."""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import floors
from bench.floors import quantile
from bench.world import World, world
from watchkeeper import wiring
from watchkeeper.ledger.tiles import WIDTH
from watchkeeper.loop.durable import durable
from watchkeeper.loop.home import Home
from watchkeeper.records.action import Status
from watchkeeper.records.administration import RefusalsRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record
from watchkeeper.verify import verify_log
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.compose.compose import Wish
from watchkeeper.verify.source import DirectorySource, read_bundle

Figures = dict[str, Any]
BUNDLED = 1_000


def one_caller(folder: Path, runs: int, policies: int = 50) -> Figures:
    """Decide, sign and sync, one after the other, in turn with the floors of the same run."""
    with tempfile.TemporaryDirectory(dir=folder) as place, world(Path(place), policies) as made:
        fd = os.open(Path(place) / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        frame, key = os.urandom(floors.FRAME_BYTES), Ed25519PrivateKey.generate()
        message = os.urandom(2_000)

        def recorded() -> None:
            made.decide().ticket.wait()

        acts: dict[str, Callable[[], object]] = {
            "sync": lambda: floors.append_and_sync(fd, frame),
            "sign": lambda: key.sign(message),
            "cedar": floors.cedar_question(made),
            "figure": recorded,
        }
        floors.in_turn(acts, 50)
        taken = floors.in_turn(acts, runs)
        os.close(fd)
    middle = {name: quantile(values, 0.5) for name, values in taken.items()}
    bound = 1.5 * (middle["sync"] + middle["sign"] + middle["cedar"]) + 200
    return {
        "policies": policies,
        "p50us": middle["figure"],
        "p99us": quantile(taken["figure"], 0.99),
        "floorSyncP50us": middle["sync"],
        "floorSignP50us": middle["sign"],
        "floorCedarP50us": middle["cedar"],
        "boundP50us": bound,
        "ratio": middle["figure"] / bound,
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
        asyncio.Runner(loop_factory=loop_factory()) as runner,
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


def group_commit(folder: Path, runs: int, together: int = 64) -> Figures:
    """Queue records together until all are durable, in turn with the same done by hand."""
    with tempfile.TemporaryDirectory(dir=folder) as place, world(Path(place)) as made:
        fd = os.open(Path(place) / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        frame, key = os.urandom(floors.RECORD_BYTES), Ed25519PrivateKey.generate()
        log = made.home.log

        def recorded() -> None:
            at = made.home.now()
            said = RefusalsRecord(at, "nobody", at, {"x" * floors.RECORD_BYTES: 1})
            tickets = [log.append(Record(Kind.REFUSALS, "agent", "0" * 64, said)) for _ in each]
            tickets[-1].wait()

        def by_hand() -> None:
            for _ in each:
                key.sign(frame)
            floors.append_and_sync(fd, frame * together)

        each = range(together)
        taken = floors.in_turn({"figure": recorded, "floor": by_hand}, runs)
        os.close(fd)
    middle = {name: quantile(values, 0.5) for name, values in taken.items()}
    return {
        "together": together,
        "perSecond": together / middle["figure"] * 1e6,
        "floorPerSecond": together / middle["floor"] * 1e6,
        "ratio": middle["figure"] / middle["floor"],
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
        one = _verify(path / "log", 1)
        both = _verify(path / "log", os.cpu_count() or 1)
        with_payloads = _verify(path, 1)
        bundling = _bundling(path, records)
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
        "verifyHomePerSecondOneProcess": with_payloads,
        **bundling,
        "openSeconds": opened,
        "residentMiBBefore": before,
        "residentMiBAfter": after,
        "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _bundling(path: Path, records: int) -> Figures:
    """Bundle 1,000 records out of the middle; the floor reads the files that they stand in."""
    first = records // 2
    end = min(first + BUNDLED, records)
    wish = Wish(Selection(index=(first, end)))
    out = path.parent / "some.wkb"

    def bundled() -> None:
        wiring.write_bundle(str(path), out, wish, replace=True, progress=lambda _done, _total: None)

    def read() -> None:
        source = DirectorySource(path / "log")
        for number in range(first // WIDTH, -(-end // WIDTH)):
            read_bundle(source, number, min(WIDTH, records - number * WIDTH))

    taken = floors.in_turn({"figure": bundled, "floor": read}, 5)
    return {
        "bundled": end - first,
        "bundleSeconds": quantile(taken["figure"], 0.5) / 1e6,
        "bundleReadSeconds": quantile(taken["floor"], 0.5) / 1e6,
        "bundleBytes": out.stat().st_size,
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


def loop_factory() -> Any:
    """Return what makes the event loop that the gateway uses."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
