"""One gateway: the relays to the tool servers of the plan in force, and their sessions."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from watchkeeper import settings, wiring
from watchkeeper.enforcement.gateway.action.calls import Calls, Hold, Shared
from watchkeeper.enforcement.gateway.action.elicit import Elicitation
from watchkeeper.enforcement.gateway.action.flights import Flights
from watchkeeper.enforcement.gateway.action.permits import SentPermits
from watchkeeper.enforcement.gateway.action.waiting import Waiters
from watchkeeper.enforcement.gateway.erasures import Erasures
from watchkeeper.enforcement.gateway.server.pins import Pins
from watchkeeper.enforcement.gateway.server.relay import Relay
from watchkeeper.enforcement.gateway.server.sessions import Session, Sessions
from watchkeeper.enforcement.messages.rpc import Message
from watchkeeper.enforcement.upstream.channel import Channel
from watchkeeper.enforcement.upstream.http import HttpChannel, http_pool
from watchkeeper.enforcement.upstream.reader import Reader
from watchkeeper.enforcement.upstream.stdio import StdioChannel, StdioCommand
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.commands.mandates import check_spoken
from watchkeeper.loop.durable import durable
from watchkeeper.loop.erasure.erase import Erasing
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.notices.board import silent_channels
from watchkeeper.loop.permits import PermitDesk
from watchkeeper.loop.settle import Settling
from watchkeeper.ports import WitnessState
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.tools import Server

_log = logging.getLogger("watchkeeper.gateway")
_DRAIN_SECONDS = 10.0
_TURN_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.01


@dataclass(slots=True)
class Door:
    """Everything that belongs to one tool server."""

    server: Server
    relay: Relay
    calls: Calls


class Gateway:
    """Holds the doors to the tool servers; made anew for a server that a release changed.

    `console` is the URL under which people are served pages, None where they are not.
    """

    def __init__(self, kernel: Kernel, home: Path, hold: Hold) -> None:
        self.kernel, self.sessions = kernel, Sessions()
        self.unauthenticated = 0
        self.console: str | None = None
        self._path = home
        self._pool = http_pool()
        elicitation = Elicitation(kernel.home, lambda: self.console)
        self._shared = Shared(Waiters(kernel.home), hold, elicitation, Flights(kernel))
        self._doors: dict[str, Door] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._commands = Commands(kernel)
        self._erasures = Erasures(kernel)
        self.permits = SentPermits(PermitDesk(kernel.home, wiring.permit_keys(home)))

    def door(self, server_id: str) -> Door | None:
        """Return the door to a tool server of the plan in force, or None."""
        servers = {server.id: server for server in self.kernel.home.enforcer.bundle.servers}
        server = servers.get(server_id)
        if server is None or server.module is not None:
            return None
        door = self._doors.get(server_id)
        if door is not None and _reach(door.server) != _reach(server):
            self._leave(door)
            door = None
        if door is None:
            door = self._doors[server_id] = self._open(server)
        return door

    def _leave(self, door: Door) -> None:
        """Let go of a server that a release has put elsewhere; actions under way end there."""
        left = [self.sessions.drop(s) for s in self.sessions.of_server(door.server.id)]
        self._later(_leave(door, left))

    async def session(self, agent: str, door: Door, message: Message) -> Session | None:
        """Return what stands for a session where the protocol has none.

        By HTTP that is made for each request; a started server is kept, by agent. Where too many
        requests of one id are under way, one more waits for its turn, None if for too long.
        """
        if door.server.url is not None:
            return Session(agent, door.server.id, door.relay.open_channel())
        open_channel = door.relay.open_channel
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TURN_SECONDS):
                while True:
                    found = self.sessions.unnamed(agent, door.server.id, message, open_channel)
                    if found is not None:
                        return found
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return None

    async def command(self, signature: Signature, beside: dict[str, Any]) -> Any:
        """Carry out a person's signed command, reading the system of record where it says so."""
        begun = self._commands.begin(signature, beside)
        if begun.ticket is not None:
            # Others go on deciding meanwhile; that it is told only now is what I2 asks.
            await durable(begun.ticket)
        answer = begun.answer
        if isinstance(answer, Erasing):
            return await self._erasures.run(answer)
        if not isinstance(answer, Settling):
            return answer
        door = self.door(answer.server)
        if door is None or answer.settlement is None:
            return self._commands.settle(answer, None)
        content = await door.relay.pins.read_content(answer.settlement.tool, dict(answer.arguments))
        return self._commands.settle(answer, content)

    async def task(self, verb: str, signature: Signature, beside: dict[str, Any]) -> Any:
        """Carry out what an application of the plan signed of a task, and nothing else.

        Raises:
            NotAuthorised: it is no application that speaks. What people sign has no place here.
            CommandInvalid: it says something else than `verb`.
        """
        check_spoken(signature, verb)
        return await self.command(signature, beside)

    async def turn(self) -> None:
        """Once a second: heal, expire, write down what was counted, erase what is due."""
        while True:
            await asyncio.sleep(1.0)
            try:
                self.kernel.tick()
                self._erasures.look_after()
            except Exception:  # noqa: BLE001 - the wheel goes on turning, and says so
                _log.exception("a turn of the wheel failed")
            for session in self.sessions.idle(asyncio.get_running_loop().time()):
                self.give_up(session)

    def give_up(self, session: Session) -> None:
        """Forget a session, and tell its server so, in its own time."""
        self._later(_end(self.sessions.drop(session)))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def read_pins(self) -> None:
        """Read the definitions of every tool server of the plan."""
        doors = [self.door(server.id) for server in self.kernel.home.enforcer.bundle.servers]
        await asyncio.gather(*(door.relay.pins.fresh() for door in doors if door))

    def health(self) -> dict[str, Any]:
        """Say how things are: nothing here is a guess, and nothing of it is secret."""
        home = self.kernel.home
        failure, unsure = home.failure(), home.clock_unsure()
        servers = {
            name: door.relay.pins.failure or "ok" for name, door in sorted(self._doors.items())
        }
        short = home.short_of_room()
        return {
            "ok": failure is None and unsure is None and not short,
            "log": failure.message if failure else ("short of room" if short else "ok"),
            "clock": unsure or "ok",
            "plan": home.state.plan,
            "records": home.log.size,
            "servers": servers,
            "witnesses": [_witness(state) for state in home.log.witnesses()],
            "unknownEffects": len(home.state.open),
            "silentChannels": len(silent_channels(home)),
            "unauthenticatedRequests": self.unauthenticated,
        }

    async def close(self) -> None:
        """Let the actions under way end, then let go of every server."""
        for door in self._doors.values():
            await door.calls.drain(_DRAIN_SECONDS)
        for session in self.sessions.all():
            self.give_up(session)
        await self._erasures.close()
        readers = [door.relay.pins.close() for door in self._doors.values()]
        await asyncio.gather(*self._closing, *readers, return_exceptions=True)
        await self._pool.aclose()

    def _open(self, server: Server) -> Door:
        open_channel = self._channel_maker(server)
        reader = Reader(open_channel, beside=self.permits.read_from(server.id))
        pins = Pins(self.kernel.home, server.id, reader)
        relay = Relay(self.kernel, server.id, pins, open_channel)
        calls = Calls(relay, self._shared, self.permits.sent_to(server.id))
        return Door(server, relay, calls)

    def _channel_maker(self, server: Server) -> Callable[[], Channel]:
        if server.url is not None:
            url = server.url
            headers = settings.resolve_all(server.headers, self._path)
            return lambda: HttpChannel(self._pool, url, headers)
        environment = settings.child_environment(settings.resolve_all(server.env, self._path))
        command = StdioCommand(server.command, server.cwd, environment, server.user)
        return lambda: StdioChannel(command)


def _witness(state: WitnessState) -> dict[str, Any]:
    """Say how things stand with a witness: `split` names another history of this log."""
    split = state.split
    return {
        "name": state.name,
        "size": state.size,
        "failure": state.failure,
        "split": None if split is None else {"size": split.size, "why": split.why},
    }


async def _leave(door: Door, sessions: list[Session]) -> None:
    await door.calls.drain(_DRAIN_SECONDS)
    for session in sessions:
        await _end(session)
    await door.relay.pins.close()


async def _end(session: Session) -> None:
    with contextlib.suppress(Exception):
        if session.upstream_id is not None and session.alive:
            await session.channel.end(session.headers({}))
        await session.channel.close()


def _reach(server: Server) -> Server:
    """Return what of a server decides how it is reached: all but tools, methods and permits."""
    return replace(server, tools=(), methods=(), permit=None)
