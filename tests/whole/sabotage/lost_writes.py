"""A gateway without `fdatasync`, on a disk that writes back a third of a second late.

What was not written back is gone when the gateway is killed, as after a loss of power: the next
start cuts the segment to what the disk had by then. Takes the place of `watchkeeper` in
`watchkeeper demo --gateway-command`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.cli.app import main

_LATE_SECONDS = 0.3
_HOME = Path(sys.argv[sys.argv.index("serve") + 1])
_SAID = _HOME.parent / "run" / "said-to-be-on-disk"


def _lose_power() -> None:
    """Take away what the disk never got: all that was written shortly before the end."""
    if not _SAID.exists():
        return
    said = [line.split() for line in _SAID.read_text().splitlines()]
    end = float(said[-1][0])
    on_disk = [line for line in said if float(line[0]) <= end - _LATE_SECONDS]
    if on_disk:
        _, name, length = on_disk[-1]
        os.truncate(_HOME / "segments" / name, int(length))
        (_HOME / "synced").unlink(missing_ok=True)


def _no_sync(self: Files, fd: int) -> None:
    """Say that it is on the disk, and only note that this was said."""
    path = Path(f"/proc/self/fd/{fd}").readlink()
    if path.suffix == ".seg":
        with _SAID.open("a") as lines:
            lines.write(f"{time.monotonic()} {path.name} {os.fstat(fd).st_size}\n")


_lose_power()
Files.sync_data = _no_sync

if __name__ == "__main__":
    main()
