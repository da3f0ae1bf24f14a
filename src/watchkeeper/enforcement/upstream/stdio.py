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
from dataclasses import dataclass
from subprocess import SubprocessError
from typing import Any

from watchkeeper.enforcement.upstream.channel import Arrived, BrokenOff, NeverSent, Opened
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json

MAX_LINE_BYTES = 16 << 20
_STOP_SECONDS = 3.0
_QUEUE = 1024
_log = logging.getLogger("watchkeeper.upstream")


@dataclass(frozen=True, slots=True)
class StdioCommand:
    """How to start a tool server: program and arguments, folder, environment, user."""

    command: tuple[str, ...]
    cwd: str | None
    env: Mapping[str, str]
    user: str | None = None


class StdioChannel:
    """One process of a tool server. Started at first use; its end is an answer to all who wait."""

    def __init__(self, command: StdioCommand) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[Any, asyncio.Queue[Arrived | None]] = {}
        self._unasked: asyncio.Queue[Arrived | None] = asyncio.Queue(_QUEUE)
        self._starting = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def send(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[Opened]:
        """Write one message; what answers it, and what comes meanwhile, is read inside."""
        del headers
        message = parse_json(body, max_bytes=MAX_LINE_BYTES, max_depth=64)
        asks = "method" in message and "id" in message
        process = await self._started()
        queue: asyncio.Queue[Arrived | None] = asyncio.Queue(_QUEUE)
        key = _key(message.get("id"))
        if asks:
            self._waiting[key] = queue
        try:
            await self._write(process, body)
            yield Opened(200 if asks else 202, self._answers(queue, key) if asks else _nothing())
        finally:
            if asks and self._waiting.get(key) is queue:
                del self._waiting[key]

    @asynccontextmanager
    async def listen(self, headers: Mapping[str, str]) -> AsyncIterator[Opened]:
        """Read what the server sends while no request waits."""
        del headers
        await self._started()
        yield Opened(200, self._unasked_messages(), {}, streamed=True)

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
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(stop)
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
            if self._closed:
                raise NeverSent("the session with the tool server has ended")
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
                    raise NeverSent(f"the tool server can not be started: {error}") from None
                self._reader = asyncio.create_task(self._read(self._process))
            if self._process.returncode is not None:
                raise NeverSent("the tool server has ended")
            return self._process

    async def _write(self, process: asyncio.subprocess.Process, body: bytes) -> None:
        if process.stdin is None:
            raise NeverSent("the tool server has no input")
        try:
            process.stdin.write(body.replace(b"\n", b" ") + b"\n")
            await process.stdin.drain()
        except (ConnectionError, RuntimeError):
            raise BrokenOff("the tool server ended") from None

    async def _answers(
        self, queue: asyncio.Queue[Arrived | None], key: Any
    ) -> AsyncIterator[Arrived]:
        while True:
            arrived = await queue.get()
            if arrived is None:
                raise BrokenOff("the tool server ended")
            yield arrived
            if _answers(arrived.data, key):
                return

    async def _unasked_messages(self) -> AsyncIterator[Arrived]:
        while True:
            arrived = await self._unasked.get()
            if arrived is None:
                return
            yield arrived

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
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        finally:
            await process.wait()
            for queue in (*self._waiting.values(), self._unasked):
                _offer(queue, None)

    def _deliver(self, arrived: Arrived) -> None:
        """Give an answer to who waits for it, anything else to the request that came last."""
        try:
            message = parse_json(arrived.data, max_bytes=MAX_LINE_BYTES, max_depth=128)
        except RecordInvalid:
            _log.warning("a tool server wrote a line that is no message")
            return
        if not isinstance(message, dict):
            return
        queue = self._waiting.get(_key(message.get("id"))) if "method" not in message else None
        if queue is None and self._waiting:
            queue = self._waiting[next(reversed(self._waiting))]
        _offer(queue if queue is not None else self._unasked, arrived)


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


def _offer(queue: asyncio.Queue[Arrived | None], item: Arrived | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(item)


def _key(value: object) -> tuple[str, str]:
    return type(value).__name__, str(value)


def _answers(data: bytes, key: Any) -> bool:
    message = parse_json(data, max_bytes=MAX_LINE_BYTES, max_depth=128)
    return "method" not in message and _key(message.get("id")) == key


async def _nothing() -> AsyncIterator[Arrived]:
    return
    yield
