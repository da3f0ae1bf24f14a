"""A tool server that the gateway starts itself and talks to over its standard streams.

One process for each client session: nothing of one agent's session can reach another's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pwd
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from subprocess import SubprocessError
from typing import Any

from watchkeeper.enforcement.upstream.box import Box
from watchkeeper.enforcement.upstream.channel import (
    Arrived,
    Begin,
    BrokenOff,
    NeverSent,
    Opened,
    begins,
)
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json

MAX_LINE_BYTES = 16 << 20
START_SECONDS = 30.0
"""What a process has for its first answer: it may load, or even fetch, what it consists of."""
_STOP_SECONDS = 3.0
_GIVEN_UP = 256
_PROGRESS = "notifications/progress"
_log = logging.getLogger("watchkeeper.upstream")


@dataclass(frozen=True, slots=True)
class StdioCommand:
    """How to start a tool server: program and arguments, folder, environment, user."""

    command: tuple[str, ...]
    cwd: str | None
    env: Mapping[str, str]
    user: str | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came for somebody who waits; None at the process's end. `last` is the answer."""

    arrived: Arrived | None
    last: bool = False


_Queue = Box[_Heard]


@dataclass(slots=True)
class _Waiter:
    """A request, the token under which it hears of progress, and whether its answer came."""

    token: object = None
    queue: _Queue = field(default_factory=_Queue)
    answered: bool = False


class StdioChannel:
    """One process of a tool server. Started at first use; its end is an answer to all who wait.

    It is not started again: what it knew of its client is gone with it. Who still wants the
    server opens a new channel.
    """

    def __init__(self, command: StdioCommand, start: float = START_SECONDS) -> None:
        self._command, self._start = command, start
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[tuple[str, str], _Waiter] = {}
        self._given_up: dict[tuple[str, str], None] = {}
        self._since: float | None = None
        self._answered = False
        self._unasked: _Queue = Box()
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether the process runs, or can still be started."""
        process = self._process
        return not self._closed and (process is None or process.returncode is None)

    @property
    def start(self) -> float | None:
        """What is left of the time for its first answer, None once that came."""
        if self._answered:
            return None
        if self._since is None:
            return self._start
        return max(0.0, self._since + self._start - asyncio.get_running_loop().time())

    @asynccontextmanager
    async def send(
        self, body: bytes, headers: Mapping[str, str], begin: Begin = begins
    ) -> AsyncIterator[Opened]:
        """Write one message; what answers it, and what comes meanwhile, is read inside."""
        del headers
        message = parse_json(body, max_bytes=MAX_LINE_BYTES, max_depth=64)
        if not ("method" in message and "id" in message):
            await self._write(await self._started(), body, begin)
            yield Opened(202, _nothing())
            return
        key = _key(message["id"])
        process = await self._started()
        if key in self._waiting:
            raise NeverSent("a request with this id waits for its answer already")
        self._given_up.pop(key, None)
        waiter = self._waiting[key] = _Waiter(_token(message.get("params"), "_meta"))
        try:
            await self._write(process, body, begin)
            yield Opened(200, _answers(waiter.queue), http=False)
        finally:
            del self._waiting[key]
            if not waiter.answered:
                self._give_up(key)

    @asynccontextmanager
    async def listen(self, headers: Mapping[str, str]) -> AsyncIterator[Opened]:
        """Read what the server sends while no request waits."""
        del headers
        await self._started()
        yield Opened(200, _unasked(self._unasked), {}, streamed=True)

    async def end(self, headers: Mapping[str, str]) -> int:
        """Stop the process."""
        del headers
        await self.close()
        return 200

    async def close(self) -> None:
        """Stop the process: close its input, then terminate, then kill."""
        self._closed = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        for stop in (None, signal.SIGTERM, signal.SIGKILL):
            if stop is not None:
                _signal(process, stop)
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                continue
            break
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    async def _started(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if not self.alive:
                raise NeverSent("the tool server has ended")
            if self._process is None:
                try:
                    self._process = await asyncio.create_subprocess_exec(
                        *self._command.command,
                        stdin=asyncio.subprocess.PIPE,
                        stdout=asyncio.subprocess.PIPE,
                        stderr=asyncio.subprocess.DEVNULL,
                        cwd=self._command.cwd,
                        env=dict(self._command.env),
                        limit=MAX_LINE_BYTES,
                        start_new_session=True,
                        preexec_fn=_become(self._command.user),
                    )
                except (OSError, ValueError, LookupError, SubprocessError) as error:
                    _log.warning("a tool server can not be started: %s", error)
                    raise NeverSent("the tool server can not be started") from None
                self._since = asyncio.get_running_loop().time()
                self._reader = asyncio.create_task(self._read(self._process))
            return self._process

    async def _write(self, process: asyncio.subprocess.Process, body: bytes, begin: Begin) -> None:
        if process.stdin is None:
            raise NeverSent("the tool server has no input")
        if b"\n" in body or b"\r" in body:
            # A server that reads lines would find more than one message in it.
            raise NeverSent("a message with a line break in it")
        begin()
        try:
            process.stdin.write(body + b"\n")
            await process.stdin.drain()
        except (ConnectionError, RuntimeError):
            raise BrokenOff("the tool server ended") from None

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        stdout = process.stdout
        if stdout is None:
            return
        try:
            while line := await stdout.readline():
                if line.strip():
                    self._deliver(Arrived(line.strip()))
        except (ValueError, ConnectionError) as error:
            _log.warning("a tool server sent what can not be read: %s", error)
            _signal(process, signal.SIGKILL)
        finally:
            # Without its output it is of no use, even if it still runs.
            self._closed = True
            for queue in (*(waiter.queue for waiter in self._waiting.values()), self._unasked):
                _offer(queue, _Heard(None))
            await process.wait()

    def _deliver(self, arrived: Arrived) -> None:
        """Give an answer to who waits for it, progress to whom it concerns.

        What a stdio server sends of its own accord names no request; it goes to the one that came
        last, as it would to the client of its own that the server takes us for.
        """
        try:
            message = parse_json(arrived.data, max_bytes=MAX_LINE_BYTES, max_depth=128)
        except RecordInvalid:
            _log.warning("a tool server wrote a line that is no message")
            return
        if not isinstance(message, dict):
            return
        if "method" not in message:
            self._answer(_key(message.get("id")), arrived)
            return
        waiter = self._concerned(message)
        _offer(waiter.queue if waiter is not None else self._unasked, _Heard(arrived))

    def _answer(self, key: tuple[str, str], arrived: Arrived) -> None:
        waiter = self._waiting.get(key)
        if waiter is not None:
            self._answered = waiter.answered = True
            _offer(waiter.queue, _Heard(arrived, last=True))
        elif key in self._given_up:
            # Once: what comes under this id again was asked by nobody.
            del self._given_up[key]
            _log.info("a tool server answered after nobody waited any more")
        else:
            _log.warning("a tool server answered what nobody asked")

    def _give_up(self, key: tuple[str, str]) -> None:
        self._given_up[key] = None
        while len(self._given_up) > _GIVEN_UP:
            del self._given_up[next(iter(self._given_up))]

    def _concerned(self, message: Mapping[str, Any]) -> _Waiter | None:
        token = _token(message, "params") if message["method"] == _PROGRESS else None
        if token is not None:
            for waiter in self._waiting.values():
                if waiter.token == token:
                    return waiter
        return self._waiting[next(reversed(self._waiting))] if self._waiting else None


def _become(user: str | None) -> Callable[[], None] | None:
    """Return what a new process does first to run as another user, with that user's groups only.

    Not the `user` of `subprocess`: it keeps our own groups, and uvloop does not know it.
    """
    if user is None:
        return None
    found = pwd.getpwnam(user)
    groups = os.getgrouplist(user, found.pw_gid)

    def become() -> None:
        os.setgroups(groups)
        os.setgid(found.pw_gid)
        os.setuid(found.pw_uid)

    return become


def _offer(queue: _Queue, item: _Heard) -> None:
    size = 0 if item.arrived is None else len(item.arrived.data)
    queue.put(item, size, always=item.last or item.arrived is None)


def _key(value: object) -> tuple[str, str]:
    return type(value).__name__, str(value)


def _token(holder: object, within: str) -> tuple[str, str] | None:
    """Return the progress token in `holder[within]`, told apart by its type, or None."""
    inner = holder.get(within) if isinstance(holder, dict) else None
    token = inner.get("progressToken") if isinstance(inner, dict) else None
    return None if token is None else _key(token)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Signal the process and all that it started: it leads a process group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def _answers(queue: _Queue) -> AsyncIterator[Arrived]:
    while True:
        heard = await queue.get()
        if heard.arrived is None:
            raise BrokenOff("the tool server ended")
        yield heard.arrived
        if heard.last:
            return


async def _unasked(queue: _Queue) -> AsyncIterator[Arrived]:
    while (heard := await queue.get()).arrived is not None:
        yield heard.arrived


async def _nothing() -> AsyncIterator[Arrived]:
    return
    yield
