"""One process: gateway, local socket, and the ledger of one home."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from watchkeeper import settings, wiring
from watchkeeper.enforcement.beside import Beside
from watchkeeper.enforcement.door.lines import SOCKET
from watchkeeper.enforcement.gateway.action.calls import Hold
from watchkeeper.enforcement.gateway.gateway import Gateway
from watchkeeper.enforcement.gateway.local.listener import LocalSocket, check_path
from watchkeeper.enforcement.gateway.planting import keep_planting
from watchkeeper.enforcement.gateway.web.access import places
from watchkeeper.enforcement.gateway.web.app import make_app
from watchkeeper.enforcement.gateway.web.listening import (
    Listen,
    Listener,
    bind,
    port_of,
    url_of,
)
from watchkeeper.enforcement.notices import keep_telling
from watchkeeper.enforcement.snapshots import keep_snapshots
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.surface import Surface, Urls
from watchkeeper.records.action import Boundary, Point

POINT = Point("mcp-gateway", Boundary.EXCLUSIVE)


@dataclass(frozen=True, slots=True)
class Service:
    """What to serve: a home, where, how long calls wait for people, and whom to tell the URLs.

    `kept` is where each checkpoint is also kept, away from the home. `pages` makes what people
    are served at `console`; without both there is no console.
    """

    path: Path
    listen: Listen
    hold: Hold
    ready: Callable[[Urls, Home], None]
    kept: Path | None = None
    console: Listen | None = None
    pages: Callable[[Surface], ASGIApp] | None = None


@dataclass(frozen=True, slots=True)
class _Bound:
    """The sockets of a service: for agents, and for people where they have one."""

    agents: socket.socket
    people: socket.socket | None


def serve(service: Service) -> None:
    """Serve a home until SIGINT or SIGTERM; `ready` is told the URLs once agents may connect.

    Raises:
        HomeLocked, HomeInvalid, KeyUnsafe, FrameInvalid, LogInconsistent: the home can not be
            opened.
        HomeDoubtful: it was restored or copied, and nobody has adopted it.
        SettingsInvalid: the address is taken or is none, or the home's path is too long.
    """
    check_path(service.path / SOCKET)
    beside = Beside(settings.stamping(service.path), settings.telemetry())
    with _bound(service) as bound:
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


async def _serve(service: Service, home: Home, bound: _Bound) -> None:
    path = service.path
    loop = asyncio.get_running_loop()

    def deliver(run: Callable[[], None]) -> None:
        loop.call_soon_threadsafe(run)

    home.log.deliver_with(deliver)
    gateway = Gateway(Kernel(home, POINT), path, service.hold)
    urls = _urls(service, home, bound)
    gateway.console = urls.console
    listeners = _listeners(service, gateway, urls, bound)
    local = LocalSocket(gateway, path / SOCKET)
    turning = asyncio.create_task(gateway.turn())
    keeping = asyncio.create_task(keep_snapshots(home.log, path))
    telling = asyncio.create_task(keep_telling(home, wiring.notifier(path), urls.console))
    planting = asyncio.create_task(keep_planting(gateway.kernel))
    try:
        gateway.permits.make_ready()
        await gateway.read_pins()
        await local.open()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, _stop, listeners)
        service.ready(urls, home)
        await asyncio.gather(*(listener.run_until_stopped() for listener in listeners))
    finally:
        turning.cancel()
        planting.cancel()
        keeping.cancel()
        telling.cancel()
        await asyncio.wait([keeping, telling])
        await local.close()
        await gateway.close()


def _urls(service: Service, home: Home, bound: _Bound) -> Urls:
    """Return where agents and people come: people where the plan says that they do."""
    agents = url_of(service.listen, bound.agents)
    if bound.people is None:
        return Urls(agents)
    named = home.enforcer.bundle.console
    return Urls(agents, named.url if named else f"http://localhost:{port_of(bound.people)}")


def _listeners(service: Service, gateway: Gateway, urls: Urls, bound: _Bound) -> list[Listener]:
    listen = service.listen
    app = make_app(gateway, places(listen.host, port_of(bound.agents), listen.hosts))
    listeners = [Listener(app, bound.agents)]
    if bound.people is not None and service.pages is not None:
        surface = Surface(gateway.kernel, service.path, gateway.command, urls)
        listeners.append(Listener(service.pages(surface), bound.people))
    return listeners


def _stop(listeners: list[Listener]) -> None:
    for listener in listeners:
        listener.stop()


@contextlib.contextmanager
def _bound(service: Service) -> Iterator[_Bound]:
    with contextlib.ExitStack() as held:
        agents = held.enter_context(contextlib.closing(bind(service.listen)))
        people = None
        if service.console is not None and service.pages is not None:
            people = held.enter_context(contextlib.closing(bind(service.console)))
        yield _Bound(agents, people)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
