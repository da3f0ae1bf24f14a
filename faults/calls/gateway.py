"""The gateway that faults are put into: `watchkeeper serve`, or its `serve` in a forked process.

Starting Python and importing takes longer than a whole run; so most runs fork a process that has
imported everything, and call there what `watchkeeper serve` calls.
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from faults.calls.points import CUTS, Point

_PUBLISH_SECONDS = 0.1
_SEGMENT_BYTES = 60_000
_PR_SET_PDEATHSIG = 1
_PR_SET_PTRACER = 0x59616D61
_START_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Start:
    """How to start a gateway: on which home, where its messages go, what it is made to break.

    `sabotage` is a file that changes the gateway before it starts; `cut` the point whose write is
    cut, and the file that then appears.
    """

    home: Path
    messages: Path
    served: bool = False
    sabotage: Path | None = None
    cut: tuple[Point, Path] | None = None


class Gateway:
    """One running gateway; it waits for `go` before it does anything."""

    def __init__(self, start: Start) -> None:
        self._out, out = os.pipe()
        wait, self._go = os.pipe()
        self._code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._out)
            os.close(self._go)
            _child(start, wait, out)
        os.close(out)
        os.close(wait)

    def go(self) -> str | None:
        """Let it start; return its URL once agents may connect, None if it ends before."""
        os.write(self._go, b"g")
        os.close(self._go)
        line, until = b"", time.monotonic() + _START_SECONDS
        while not line.endswith(b"\n") and time.monotonic() < until:
            if not select.select([self._out], [], [], 0.5)[0]:
                continue
            part = os.read(self._out, 4096)
            if not part:
                break
            line += part
        return json.loads(line)["url"] if line.endswith(b"\n") else None

    def alive(self) -> bool:
        """Tell whether it still runs."""
        if self._code is None:
            with suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self._code = os.waitstatus_to_exitcode(status)
        return self._code is None

    def end(self, seconds: float = 20.0) -> int:
        """Ask it to end, wait, kill it if it does not; return its exit code."""
        if self.alive():
            os.kill(self.pid, signal.SIGTERM)
        until = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.005)
        with suppress(OSError):
            os.close(self._out)
        return self._code or 0


def state_of(home: Path) -> Path:
    """Return where the checkpoints of a run's home are kept, away from it."""
    return home.parent / "state"


def _child(start: Start, wait: int, out: int) -> NoReturn:
    code = 70
    try:
        messages = os.open(start.messages, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(messages, stream)
        library = ctypes.CDLL(None)
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        library.prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
        os.environ["WATCHKEEPER_STATE"] = str(state_of(start.home))
        os.read(wait, 1)
        if start.served:
            os.dup2(out, 1)
            os.execv(sys.executable, _command(start))  # noqa: S606 - our own program
        code = _serve(start, out)
    except BaseException as error:  # noqa: BLE001 - a child must never go on as its parent
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def _command(start: Start) -> list[str]:
    return [sys.executable, "-m", "watchkeeper", "serve", str(start.home), "--json",
            "--port", "0", "--hold", "0"]  # fmt: skip


def _serve(start: Start, out: int) -> int:
    from watchkeeper.adapters.posix import writer
    from watchkeeper.adapters.posix.log import open_home
    from watchkeeper.enforcement.gateway.action.calls import Hold
    from watchkeeper.enforcement.gateway.serve import Service, serve
    from watchkeeper.enforcement.gateway.web.listening import Listen
    from watchkeeper.loop.surface import Urls

    # Several publications and a new segment within a second's work.
    vars(writer).update(SEGMENT_BYTES=_SEGMENT_BYTES)
    often = {"publish_seconds": _PUBLISH_SECONDS}
    open_home.__kwdefaults__ = {**(open_home.__kwdefaults__ or {}), **often}
    if start.sabotage is not None:
        runpy.run_path(str(start.sabotage), run_name="sabotage")
    if start.cut is not None:
        point, report = start.cut
        files = str(start.home / point.file).encode()
        ctypes.CDLL(None).faults_arm(files, point.n, CUTS[point.fault], str(report).encode())

    def ready(urls: Urls, _home: object) -> None:
        os.write(out, json.dumps({"url": urls.agents}).encode() + b"\n")

    serve(Service(start.home, Listen(port=0), Hold(0.0), ready))
    return 0
