"""What the live view costs the agents: the same load without it, with it, and with viewers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette

from bench.measures import Figures, loop_factory
from bench.publishing import rate
from bench.world import World, world
from watchkeeper.console.pages import page_routes
from watchkeeper.console.signin.session import Session
from watchkeeper.loop.surface import Surface, Urls

VIEWERS = 5
OFF, NOBODY, WATCHED = "off", "nobody", "watched"
_READ = """
import selectors, socket, sys
chosen = selectors.DefaultSelector()
for _ in range(int(sys.argv[2])):
    line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    line.sendall(b"GET /api/v1/live HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    chosen.register(line, selectors.EVENT_READ)
print("ready", flush=True)
total = 0
while True:
    for key, _ in chosen.select():
        total += len(key.fileobj.recv(1 << 20))
"""


def live(folder: Path, turns: int, seconds: float) -> Figures:
    """Decide from 64 tasks for `seconds` at a time; the three ways in turn, again and again.

    Server and decisions share one event loop, as in the gateway; viewers are another process.
    """
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        world(Path(place)) as made,
        asyncio.Runner(loop_factory=loop_factory()) as runner,
    ):
        taken = runner.run(_measured(made, Path(place) / "home", turns, seconds))
        made.home.log.deliver_with(lambda batch: batch())
    found: Figures = {"viewers": VIEWERS, "turns": turns}
    for way, some in taken.items():
        found[f"{way}PerSecond"] = median(one.rate for one in some)
        found[f"{way}CpuMicros"] = median(one.cpu for one in some)
    for way in (NOBODY, WATCHED):
        # Neighbours come and go: each way is held against the turn next to it.
        pairs = list(zip(taken[way], taken[OFF], strict=True))
        found[f"{way}CostShare"] = median(1 - one.rate / off.rate for one, off in pairs)
        found[f"{way}CpuShare"] = median(1 - off.cpu / one.cpu for one, off in pairs)
    return found


class Turn(NamedTuple):
    """Decisions a second, and microseconds of processor time that each took, streams included."""

    rate: float
    cpu: float


async def _measured(made: World, path: Path, turns: int, seconds: float) -> dict[str, list[Turn]]:
    taken: dict[str, list[Turn]] = {OFF: [], NOBODY: [], WATCHED: []}
    await rate(made, seconds / 2)
    ways = [OFF, NOBODY, WATCHED]
    for turn in range(turns):
        for way in ways if turn % 2 else ways[::-1]:
            async with _looked_at(made, path, way):
                before, cpu = made.count, time.process_time()
                found = await rate(made, seconds)
                spent = (time.process_time() - cpu) / max(1, made.count - before)
                taken[way].append(Turn(found, spent * 1e6))
    return taken


@contextlib.asynccontextmanager
async def _looked_at(made: World, path: Path, way: str) -> AsyncIterator[None]:
    before = list(made.home.listeners)
    if way == OFF:
        yield
        return
    session = Session("ben", "passkey", made.home.clock.wall(), "bench")

    async def command(_signature: Any, _beside: Any) -> None:
        """Nobody says anything here."""

    surface = Surface(made.kernel, path, command, Urls("", None))
    app = Starlette(routes=page_routes(surface, lambda _: session, lambda _: True))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(64)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        task = asyncio.create_task(server.serve(sockets=[bound]))
        readers = await _viewers(bound.getsockname()[1]) if way == WATCHED else None
        try:
            yield
        finally:
            if readers is not None:
                readers.kill()
                await readers.wait()
            server.should_exit = server.force_exit = True
            await task
            made.home.listeners[:] = before


async def _viewers(port: int) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _READ, str(port), str(VIEWERS), stdout=subprocess.PIPE
    )
    if process.stdout is None:
        raise RuntimeError("viewers without a voice")
    await process.stdout.readline()
    await asyncio.sleep(0.3)
    return process
