"""strace around one gateway: to see what it does, or to put one fault into it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

from faults.calls.points import CUTS, Fault, Point

STRACE = shutil.which("strace") or "strace"
_ATTACH_SECONDS = 20.0
_DETACH_SECONDS = 5.0
_SETTLE_SECONDS = 0.05
_WATCHED = "trace=%file,%desc"
_ACTS = {
    Fault.EIO: "error=EIO:when={n}",
    Fault.ENOSPC: "error=ENOSPC:when={n}+",
    Fault.SIGKILL: "signal=SIGKILL:when={n}",
}


class Strace:
    """strace, attached to a process that has not begun yet; `out` is what it writes."""

    def __init__(self, pid: int, out: Path, *options: str) -> None:
        self.out = out
        self._child = subprocess.Popen(
            [STRACE, "-f", "-qq", "-y", "-s", "0", "-p", str(pid), "-o", str(out), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + _ATTACH_SECONDS
        while not _traced(pid):
            if time.monotonic() > until or self._child.poll() is not None:
                self.stop()
                raise OSError("strace could not attach")
            time.sleep(0.01)
        time.sleep(_SETTLE_SECONDS)

    def stop(self) -> None:
        """Let go of the process, which goes on."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(_DETACH_SECONDS)
        except subprocess.TimeoutExpired:
            # It waits for a thread that does not stop; the kernel detaches what it held.
            self._child.kill()
            self._child.wait()


class Watching(Strace):
    """Sees every call on files, and changes none."""

    def __init__(self, pid: int, out: Path) -> None:
        super().__init__(pid, out, "-e", _WATCHED)


class Injection(Strace):
    """Puts the fault of one point into every thread's n-th call."""

    def __init__(self, pid: int, out: Path, home: Path, point: Point) -> None:
        act = _ACTS[point.fault].format(n=point.n)
        paths = [word for path in point.paths for word in ("-P", str(home / path))]
        trace = ("-e", f"trace={point.call}", "-e", f"inject={point.call}:{act}")
        super().__init__(pid, out, *trace, *paths)

    def fired(self) -> bool:
        """Tell whether the fault happened; only then was the point tried."""
        return fired(self.out)


def fired(out: Path) -> bool:
    """Tell whether strace wrote down that it injected something, or what a signal ended."""
    text = out.read_text("utf-8", "replace") if out.exists() else ""
    return "(INJECTED)" in text or "killed by SIGKILL" in text


def by_strace(point: Point) -> bool:
    """Tell whether strace can make this fault."""
    return point.fault not in CUTS


def _traced(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return False
    return "TracerPid:\t0\n" not in status
