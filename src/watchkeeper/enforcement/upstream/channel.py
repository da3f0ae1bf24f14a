"""What a tool server looks like to the relay, whatever it is reached by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from watchkeeper.errors import UpstreamFailed
from watchkeeper.records.action import Reason


class NeverSent(UpstreamFailed):
    """The request provably never left us."""

    code = "upstream-never-sent"


class HeldBack(NeverSent):
    """The first byte was about to leave us, and something came in between."""

    code = "upstream-held-back"

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"held back: {reason.value}")
        self.reason = reason


class SessionGone(NeverSent):
    """The tool server says that it does not know the session (any more).

    MCP, transports, session management: a server answers 404 to a session that has ended.
    """

    code = "upstream-session-gone"


class BrokenOff(UpstreamFailed):
    """The connection ended after the request may have been taken in."""

    code = "upstream-broken-off"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One JSON-RPC message from a tool server; `lines` are the other fields of its SSE event."""

    data: bytes
    lines: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer that began: HTTP status and headers, then messages as they come.

    `streamed` tells whether they came as server-sent events; `http` whether `status` is the
    server's own, since a started server has none.
    """

    status: int
    messages: AsyncIterator[Arrived]
    headers: Mapping[str, str] = field(default_factory=dict)
    streamed: bool = False
    http: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """What the gateway itself puts beside what is sent: headers, and members of `_meta`."""

    headers: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)


Begin = Callable[[], None]
"""Called when the first byte of a message is about to leave; may raise `NeverSent` to hold it."""


def begins() -> None:
    """Let a message go."""


class Channel(Protocol):
    """One client's way to one tool server.

    Every method raises `NeverSent` if the message provably was not taken in, and `BrokenOff`
    (while messages are read, too) if that can not be said.
    """

    @property
    def alive(self) -> bool:
        """Whether it can be used at all: False once a started process has ended."""
        ...

    @property
    def start(self) -> float | None:
        """Seconds that a process still has for its first answer; it may need them to start.

        None once it has answered, and where nothing is started.
        """
        ...

    def send(
        self, body: bytes, headers: Mapping[str, str], begin: Begin = begins
    ) -> AbstractAsyncContextManager[Opened]:
        """Send one JSON-RPC message; what answers it is read inside the context.

        `begin` is called when the first byte is about to leave us, in the same step.
        """
        ...

    def listen(self, headers: Mapping[str, str]) -> AbstractAsyncContextManager[Opened]:
        """Open the stream of what the server sends by itself."""
        ...

    async def end(self, headers: Mapping[str, str]) -> int:
        """End the session; returns an HTTP status."""
        ...

    async def close(self) -> None:
        """Let go of the server; a started process is stopped."""
        ...
