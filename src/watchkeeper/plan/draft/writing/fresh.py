"""Files that wait beside those they replace: always made anew, never written through a link.

A workspace comes from others too. Whatever has the name of a file that waits may be a link to a
file of whoever runs a command there, or another name of it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_ONLY_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_AS_IT_IS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


def write_fresh(path: Path, raw: bytes, *, durable: bool = False) -> None:
    """Write a new file, in place of whatever has its name; `durable`: synced to the disk.

    Raises:
        OSError: a disk that is full, a folder of that name.
    """
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, _ONLY_NEW, 0o666), "wb") as file:
        file.write(raw)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def is_own(path: Path) -> bool:
    """Tell whether a plain file with no other name is there: no link, no folder, no pipe."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def permit_as(path: Path, other: Path) -> None:
    """Give a file that waits the permissions of another; one behind a link is not touched.

    Raises:
        OSError: it is a link, or not ours.
    """
    fd = os.open(path, _AS_IT_IS)
    try:
        os.fchmod(fd, stat.S_IMODE(other.stat().st_mode))
    finally:
        os.close(fd)
