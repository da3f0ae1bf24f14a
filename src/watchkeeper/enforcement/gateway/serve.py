"""One process: gateway, local socket, and the ledger of one home."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from watchkeeper import settings, wiring
from watchkeeper.enforcement.beside import Beside
from watchkeeper.enforcement.gateway.access import places
from watchkeeper.enforcement.gateway.app import make_app
from watchkeeper.enforcement.gateway.calls import Hold
from watchkeeper.enforcement.gateway.gateway import Gateway
from watchkeeper.enforcement.gateway.local import LocalSocket, check_path
from watchkeeper.enforcement.snapshots import keep_snapshots
from watchkeeper.errors import SettingsInvalid
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.action import Boundary, Point

POINT = Point("mcp-gateway", Boundary.EXCLUSIVE)
SOCKET = "gateway.sock"


@dataclass(frozen=True, slots=True)
class Listen:
    """Where a gateway listens; `hosts` are further names under which it is reached."""

    host: str = "127.0.0.1"
    port: int = 8930
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """What to serve: a home, where, how long calls wait for people, and whom to tell the URL.

    `kept` is where each checkpoint is also kept, away from the home.
    """

    path: Path
    listen: Listen
    hold: Hold
    ready: Callable[[str, Home], None]
    kept: Path | None = None


def serve(service: Service) -> None:
    """Serve a home until SIGINT or SIGTERM; `ready` is told the URL once agents may connect.

    Raises:
        HomeLocked, HomeInvalid, KeyUnsafe, FrameInvalid, LogInconsistent: the home can not be
            opened.
        HomeDoubtful: it was restored or copied, and nobody has adopted it.
        SettingsInvalid: the address is taken or is none, or the home's path is too long.
    """
    check_path(service.path / SOCKET)
    beside = Beside(settings.stamping(service.path), settings.telemetry())
    with contextlib.closing(_bound(service.listen)) as bound:
        log = wiring.open_log(service.path, witnessing=True, kept=service.kept)
        try:
            home = Home(log, wiring.clock(), wiring.ids())
            # Without a plan there is nothing to enforce: say so before anything listens.
            _ = home.enforcer
            home.check_undoubted()
            wiring.check_taken_over(home, service.path)
            home.keep()
            wiring.settle_memory()
            with (
                beside.running(service.path, log),
                asyncio.Runner(loop_factory=_loop_factory()) as runner,
            ):
                runner.run(_serve(service, home, bound))
            home.keep()
        finally:
            log.close()


async def _serve(service: Service, home: Home, bound: socket.socket) -> None:
    listen, path = service.listen, service.path
    loop = asyncio.get_running_loop()

    def deliver(run: Callable[[], None]) -> None:
        loop.call_soon_threadsafe(run)

    home.log.deliver_with(deliver)
    gateway = Gateway(Kernel(home, POINT), path, service.hold)
    port = bound.getsockname()[1]
    app = make_app(gateway, places(listen.host, port, listen.hosts))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=10
    )
    server = _Server(config)
    local = LocalSocket(gateway, path / SOCKET)
    turning = asyncio.create_task(gateway.turn())
    keeping = asyncio.create_task(keep_snapshots(home.log, path))
    try:
        await gateway.read_pins()
        await local.open()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, server.stop)
        service.ready(f"http://{listen.host}:{port}", home)
        await server.serve(sockets=[bound])
    finally:
        turning.cancel()
        keeping.cancel()
        await asyncio.wait([keeping])
        await local.close()
        await gateway.close()


class _Server(uvicorn.Server):
    """Leaves the signals to us, so that what is under way is recorded before we end."""

    def stop(self) -> None:
        """End once the requests under way are answered."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _bound(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    # Named, since asyncio turns off Nagle only for what is TCP by name.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((listen.host, listen.port))
    except OSError as error:
        bound.close()
        raise SettingsInvalid(
            f"can not listen on {listen.host} port {listen.port}: {error.strerror}",
            "choose another with --port",
        ) from None
    bound.listen(2048)
    return bound


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
