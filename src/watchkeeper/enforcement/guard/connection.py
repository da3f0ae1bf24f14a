"""A guard's connection to the gateway: many calls at the same time, each with a number."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from watchkeeper.enforcement.door.lines import MAX_LINE, parse_line, render_line
from watchkeeper.errors import RecordInvalid, SettingsInvalid, UpstreamFailed

ANSWER_SECONDS = 120.0
"""How long the gateway may take for its next word: it waits for witnesses, not for people."""
_HELLO_SECONDS = 10.0
_RUN = "start `watchkeeper serve` on that home"


class Talk:
    """What is said about one call. `stop` is called, in another thread, when a stop comes."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection, self._number = connection, number
        self._heard: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._stop: Callable[[bool], None] | None = None
        self.stopped: dict[str, Any] | None = None

    def say(self, message: Mapping[str, Any]) -> None:
        """Say something about the call.

        Raises:
            UpstreamFailed: the gateway is gone.
        """
        self._connection.send({"call": self._number, **message})

    def next(self) -> dict[str, Any]:
        """Return what the gateway says next.

        Raises:
            UpstreamFailed: it is gone, or says nothing; nothing it says later is heard.
        """
        try:
            heard = self._heard.get(timeout=ANSWER_SECONDS)
        except Empty:
            self._connection.close()
            heard = None
        if heard is None:
            raise UpstreamFailed("the gateway went away")
        return heard

    def when_stopped(self, stop: Callable[[bool], None]) -> None:
        """Have `stop(may_be_cancelled)` called once a stop takes hold of the call."""
        with self._lock:
            self._stop = stop
            stopped = self.stopped
        if stopped is not None:
            stop(bool(stopped.get("cancel")))

    def end(self) -> None:
        """Nothing more is said."""
        self._connection.forget(self._number)

    def hear(self, message: dict[str, Any] | None) -> None:
        """Take in what the gateway said; None if it is gone."""
        if message is None or "stop" not in message:
            self._heard.put(message)
            return
        with self._lock:
            self.stopped, stop = message["stop"], self._stop
        if stop is not None:
            stop(bool(message["stop"].get("cancel")))


class Connection:
    """One connection; once it is lost it stays so, and who waits is told."""

    def __init__(self, path: Path, hello: Mapping[str, Any]) -> None:
        self._line = _connected(path)
        self._reading = self._line.makefile("rb")
        self._sending = threading.Lock()
        self._talks: dict[int, Talk] = {}
        self._numbers = itertools.count(1)
        self._process = os.getpid()
        self.alive = True
        try:
            self.told = self._greet(hello)
        except BaseException:
            self.close()
            self._reading.close()
            raise
        self._line.settimeout(None)
        threading.Thread(target=self._read, daemon=True, name="watchkeeper-guard").start()

    @property
    def usable(self) -> bool:
        """Whether it can be used by this process: a fork's child needs one of its own."""
        return self.alive and self._process == os.getpid()

    def begin(self, said: Mapping[str, Any]) -> Talk:
        """Ask for another call. Numbers go up in the order in which they are sent.

        Raises:
            UpstreamFailed: the gateway is gone.
        """
        with self._sending:
            number = next(self._numbers)
            talk = self._talks[number] = Talk(self, number)
            self._write({"call": number, **said})
        return talk

    def forget(self, number: int) -> None:
        """Hear no more about a call."""
        self._talks.pop(number, None)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one line, whole.

        Raises:
            UpstreamFailed: the gateway is gone.
        """
        with self._sending:
            self._write(message)

    def _write(self, message: Mapping[str, Any]) -> None:
        try:
            self._line.sendall(render_line(message))
        except OSError:
            self.close()
            raise UpstreamFailed("the gateway went away") from None

    def close(self) -> None:
        """Let go; whoever waits is told so."""
        self.alive = False
        if self._process == os.getpid():
            # What a fork's child does must not end its parent's connection.
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()
        self._tell_all()

    def _greet(self, hello: Mapping[str, Any]) -> dict[str, Any]:
        self.send({"guard": dict(hello)})
        answer = self._next()
        if answer is None:
            raise UpstreamFailed("the gateway went away")
        if "error" in answer:
            said = answer["error"]
            raise SettingsInvalid(str(said.get("message")), str(said.get("advice", "")))
        return dict(answer.get("result") or {})

    def _next(self) -> dict[str, Any] | None:
        try:
            line = self._reading.readline(MAX_LINE + 1)
            return parse_line(line) if line.endswith(b"\n") else None
        except (OSError, ValueError, RecordInvalid):
            return None

    def _read(self) -> None:
        while (message := self._next()) is not None:
            talk = self._talks.get(message.get("call", 0))
            if talk is not None:
                talk.hear(message)
        self.close()
        self._reading.close()

    def _tell_all(self) -> None:
        for talk in list(self._talks.values()):
            talk.hear(None)


def _connected(path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(_HELLO_SECONDS)
    try:
        line.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        line.close()
        raise UpstreamFailed("no gateway runs on the home of this guard", _RUN) from None
    except OSError as error:
        line.close()
        raise UpstreamFailed(f"the gateway's socket: {error.strerror or error}") from None
    return line
