"""A gateway without `fdatasync`, on a disk that writes back once in two seconds.

What was not written back is gone when the gateway is killed, as after a loss of power: the next
start cuts the segments to what the disk had. Takes the place of `watchkeeper` in `watchkeeper demo
--gateway-command`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.cli.app import main

_WRITE_BACK_SECONDS = 2.0
_HOME = Path(sys.argv[sys.argv.index("serve") + 1])
_ON_DISK = _HOME.parent / "run" / "on-disk"
_next = time.monotonic() + _WRITE_BACK_SECONDS


def _lose_power() -> None:
    """Take away what the disk never got."""
    if not _ON_DISK.exists():
        return
    name, length = _ON_DISK.read_text().split()
    os.truncate(_HOME / "segments" / name, int(length))
    (_HOME / "synced").unlink(missing_ok=True)


def _no_sync(self: Files, fd: int) -> None:
    """Say that it is on the disk; it is, now and then."""
    global _next
    path = Path(os.readlink(f"/proc/self/fd/{fd}"))
    if path.suffix == ".seg" and (time.monotonic() > _next or not _ON_DISK.exists()):
        _ON_DISK.write_text(f"{path.name} {os.fstat(fd).st_size}")
        _next = time.monotonic() + _WRITE_BACK_SECONDS


_lose_power()
Files.sync_data = _no_sync

if __name__ == "__main__":
    main()
