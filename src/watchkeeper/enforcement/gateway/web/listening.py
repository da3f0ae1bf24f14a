"""Where a gateway listens: a port for agents, and another for people."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from watchkeeper.errors import SettingsInvalid

_GRACE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on; `hosts` are further names under which it is reached."""

    host: str = "127.0.0.1"
    port: int = 8930
    hosts: tuple[str, ...] = ()
    option: str = "--port"


class Listener(uvicorn.Server):
    """Serves one application on a socket that is bound already.

    Leaves the signals to others, so that what is under way is recorded before it ends.
    """

    def __init__(self, app: ASGIApp, bound: socket.socket) -> None:
        self._bound = bound
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    async def run_until_stopped(self) -> None:
        """Serve until `stop`."""
        await self.serve(sockets=[self._bound])

    def stop(self) -> None:
        """End once the requests under way are answered."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def bind(listen: Listen) -> socket.socket:
    """Take an address, so that nobody else has it.

    Raises:
        SettingsInvalid: it is taken, or is none.
    """
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    # Named, since asyncio turns off Nagle only for what is TCP by name.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((listen.host, listen.port))
    except (OSError, OverflowError) as error:
        bound.close()
        why = getattr(error, "strerror", None) or "there is no such port"
        raise SettingsInvalid(
            f"can not listen on {listen.host} port {listen.port}: {why}",
            f"choose another with {listen.option}",
        ) from None
    bound.listen(2048)
    return bound


def port_of(bound: socket.socket) -> int:
    """Return the port that was taken."""
    return int(bound.getsockname()[1])


def url_of(listen: Listen, bound: socket.socket) -> str:
    """Return the URL under which an address is reached from here."""
    return f"http://{listen.host}:{port_of(bound)}"
