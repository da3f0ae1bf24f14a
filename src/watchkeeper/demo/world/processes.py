"""The processes of a demonstration: each in a group of its own, and all of them ended."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import orjson

from watchkeeper.errors import UpstreamFailed, cut

_GRACE_SECONDS = 12.0
_TOLD = 600


class Process:
    """One child: JSON lines go in and come out; what it says on stderr is kept in a file."""

    def __init__(
        self, name: str, words: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> None:
        self.name, self._log = name, log
        with log.open("ab") as messages:
            self._child = subprocess.Popen(  # noqa: S603 - our own programs
                list(words),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                env=dict(environment),
                start_new_session=True,
            )
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        reader = threading.Thread(target=self._read, args=(self._child.stdout,), daemon=True)
        reader.start()

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs, negative where a signal ended it."""
        return self._child.poll()

    def tell(self, message: Any) -> None:
        """Send one JSON line.

        Raises:
            UpstreamFailed: the process is gone.
        """
        pipe = self._child.stdin
        try:
            if pipe is not None:
                pipe.write(orjson.dumps(message) + b"\n")
                pipe.flush()
        except OSError:
            raise self._gone() from None

    def hear(self, seconds: float) -> dict[str, Any]:
        """Return the next JSON line that it prints.

        Raises:
            UpstreamFailed: it ended, printed something else, or nothing within `seconds`.
        """
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise UpstreamFailed(f"{self.name} said nothing for {seconds:.0f} seconds") from None
        if line is None:
            raise self._gone()
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise UpstreamFailed(f"{self.name} printed what is no JSON: {cut(line)}") from None
        if not isinstance(said, dict):
            raise UpstreamFailed(f"{self.name} printed what is no message: {cut(line)}")
        return said

    def kill(self) -> int:
        """End it without warning (SIGKILL), with all that it started; return its exit code."""
        self._signal(signal.SIGKILL)
        return self._child.wait()

    def end(self) -> int:
        """Ask it to end (SIGTERM), then kill what is left; return its exit code."""
        if self._child.poll() is None:
            self._signal(signal.SIGTERM)
        try:
            code = self._child.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            code = self.kill()
        # Also what it started and left behind.
        self._signal(signal.SIGKILL)
        if self._child.stdin is not None:
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        return code

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._child.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                if line.strip():
                    self._lines.put(line)
        self._lines.put(None)

    def _gone(self) -> UpstreamFailed:
        try:
            code: object = self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            code = "none yet"
        said = self._log.read_text("utf-8", "replace").strip()[-_TOLD:]
        return UpstreamFailed(f"{self.name} ended (exit code {code}): {said}", f"see {self._log}")


class Processes:
    """All children of a demonstration; leaving it, in whatever way, ends them."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs, self._environment = logs, environment
        self._running: list[Process] = []

    def start(self, name: str, words: Sequence[str]) -> Process:
        """Start one."""
        process = Process(name, words, self._logs / f"{name}.stderr", self._environment)
        self._running.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._running):
            if kind is None:
                process.end()
            else:
                process.kill()
