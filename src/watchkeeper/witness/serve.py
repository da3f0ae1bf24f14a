"""One process: a witness and its store."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from watchkeeper import wiring
from watchkeeper.errors import SettingsInvalid
from watchkeeper.witness.app import make_app
from watchkeeper.witness.desk import Desk

MAX_CONNECTIONS = 128
_MICROS = 1_000_000


def serve(path: Path, host: str, port: int, ready: Callable[[str, str], None]) -> None:
    """Serve a witness until SIGINT or SIGTERM; `ready` is told the URL and the verifier key.

    Raises:
        HomeInvalid, HomeLocked, KeyUnsafe, PolicyInvalid: the store can not be opened.
        SettingsInvalid: the address is taken or is none.
    """
    clock = wiring.clock()
    with contextlib.closing(wiring.open_witness(path)) as store:
        desk = Desk(store, lambda: clock.wall() // _MICROS)
        with contextlib.closing(_bound(host, port)) as bound:
            asyncio.run(_serve(desk, host, bound, ready))


async def _serve(
    desk: Desk, host: str, bound: socket.socket, ready: Callable[[str, str], None]
) -> None:
    config = uvicorn.Config(
        make_app(desk),
        log_level="warning",
        access_log=False,
        lifespan="off",
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, server.stop)
    named = f"[{host}]" if ":" in host else host
    ready(f"http://{named}:{bound.getsockname()[1]}", str(desk.vkey))
    await server.serve(sockets=[bound])


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    def stop(self) -> None:
        """End once the requests under way are answered."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise SettingsInvalid(
            f"can not listen on {host} port {port}: {error.strerror}", "choose another with --port"
        ) from None
    bound.listen(128)
    return bound
