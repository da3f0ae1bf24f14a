"""How long the inbox takes to open: over HTTP, with a thousand waiting and with none."""

from __future__ import annotations

import http.client
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bench.floors import quantile
from bench.measures import Figures
from bench.oversight.desk import AGENTS, EACH, fill, many_agents
from watchkeeper.console.pages import page_routes
from watchkeeper.console.signin.session import Session
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.surface import Surface, Urls

PAGES = {"page": "/?show=all", "json": "/api/v1/escalations?show=all", "one": "/e/{handle}"}


def inbox(folder: Path, runs: int) -> Figures:
    """Open the inbox, its JSON and one escalation again and again; milliseconds.

    The floor is the same page of the same home while nothing waits.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place, many_agents(Path(place)) as kernel:
        with serving(kernel, Path(place) / "home") as port:
            empty = _opened(port, "/?show=all", runs)
        waiting = fill(kernel)
        handle = kernel.home.state.pending.waiting()[0].handle
        # What a console finds when it starts beside a thousand that wait already.
        with serving(kernel, Path(place) / "home") as port:
            first = _opened(port, "/?show=all", 1, settle=0)
            taken = {
                name: _opened(port, path.format(handle=handle), runs)
                for name, path in PAGES.items()
            }
    return {
        "waiting": waiting,
        "agents": AGENTS,
        "each": EACH,
        "firstMs": first[0],
        "floorEmptyP50ms": quantile(empty, 0.5),
        **{f"{name}P50ms": quantile(some, 0.5) for name, some in taken.items()},
        **{f"{name}P99ms": quantile(some, 0.99) for name, some in taken.items()},
    }


@contextmanager
def serving(kernel: Kernel, path: Path) -> Iterator[int]:
    """Serve the pages to somebody who is signed in, at a port of their own."""
    session = Session("ben", "passkey", kernel.home.clock.wall(), "bench")

    async def command(_signature: Any, _beside: Any) -> None:
        """Nobody says anything here."""

    surface = Surface(kernel, path, command, Urls("", None))
    app = Starlette(routes=page_routes(surface, lambda _: session, lambda _: True))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(64)
        config = uvicorn.Config(app, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
        thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)


def _opened(port: int, path: str, runs: int, settle: int = 3) -> list[float]:
    taken = []
    for n in range(runs + settle):
        began = time.perf_counter_ns()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        line.close()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        if n >= settle:
            taken.append((time.perf_counter_ns() - began) / 1e6)
    return sorted(taken)
