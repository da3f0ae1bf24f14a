"""Calls under way at a tool server, and what a stop does about them.

Where the plan says that a call may be broken off (`cancel: true`) or the tool only reads, the
server is told (MCP, cancellation): by `notifications/cancelled`, and by closing the stream where
the protocol has no session (2026-07-28 over HTTP). Whatever comes of it is recorded as after the
stop; other calls go on to their end, which is recorded so, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson

from watchkeeper.enforcement.gateway.server.sessions import Session
from watchkeeper.enforcement.messages.rpc import Id, Message, is_modern
from watchkeeper.enforcement.upstream.channel import HeldBack
from watchkeeper.enforcement.upstream.http import HttpChannel
from watchkeeper.errors import UpstreamFailed
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Reason
from watchkeeper.records.administration import StopScope
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry

ANSWER_SECONDS = 5.0
"""How long a server that was told may still answer."""
_log = logging.getLogger("watchkeeper.flights")


@dataclass(slots=True, eq=False)
class Flight:
    """One call under way; `limit` is when it is given up, `stopped` whether a stop took hold.

    `began` is whether its first byte has left us; `look` says whether it may, in that very step.
    """

    session: Session
    identity: Id
    allowed: Allowed
    limit: asyncio.Timeout
    modern: bool
    look: Callable[[Allowed], Reason | None]
    stopped: bool = False
    began: bool = False

    def begin(self) -> None:
        """The first byte is about to leave us.

        Raises:
            HeldBack: it may not.
        """
        reason = self.look(self.allowed)
        if reason is not None:
            raise HeldBack(reason)
        self.began = True

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it may be broken off without leaving something half done."""
        entry = self.allowed.decided.entry
        return entry is None or not entry.tool.writes or bool(entry.tool.cancel)

    def give_up_by(self, seconds: float) -> None:
        """Wait no longer than so many seconds from now."""
        by = asyncio.get_running_loop().time() + seconds
        usual = self.limit.when()
        if not self.limit.expired():
            self.limit.reschedule(by if usual is None else min(by, usual))


class Flights:
    """The calls under way of all agents; hears of each stop as it is recorded."""

    def __init__(self, kernel: Kernel) -> None:
        home = self._home = kernel.home
        self._look = kernel.may_release
        self._flights: set[Flight] = set()
        self._telling: set[asyncio.Task[None]] = set()
        home.listeners.append(self._heard)

    @contextmanager
    def under_way(
        self, session: Session, message: Message, allowed: Allowed, limit: asyncio.Timeout
    ) -> Iterator[Flight]:
        """Have a call known while it is under way."""
        flight = Flight(session, message.id, allowed, limit, is_modern(message), self._look)
        self._flights.add(flight)
        with self._home.under_way.carrying(allowed.request.action_id):
            try:
                yield flight
            finally:
                self._flights.discard(flight)

    def _heard(self, entry: Entry) -> None:
        if entry.record.kind is not Kind.STOP:
            return
        scope: StopScope = entry.record.predicate.scope
        for flight in tuple(self._flights):
            call = flight.allowed.request.call
            system = self._home.enforcer.system_of(call.agent)
            if scope.holds(call.agent, system.id if system else "", flight.allowed.request.action):
                flight.stopped = True
                if not flight.began:
                    # It waits for a connection, and is held back there: no need to wait for that.
                    flight.give_up_by(0.0)
                elif flight.can_be_cancelled:
                    self._cancel(flight)

    def _cancel(self, flight: Flight) -> None:
        if flight.modern and isinstance(flight.session.channel, HttpChannel):
            flight.give_up_by(0.0)
            return
        flight.give_up_by(ANSWER_SECONDS)
        task = asyncio.get_running_loop().create_task(_tell(flight))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


async def _tell(flight: Flight) -> None:
    params = {"requestId": flight.identity, "reason": "stopped"}
    body = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}
    session = flight.session
    with contextlib.suppress(TimeoutError):
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                session.channel.send(orjson.dumps(body), session.headers({})),
            ):
                return
        except UpstreamFailed as error:
            _log.warning("a tool server could not be told that its call is stopped: %s", error)
