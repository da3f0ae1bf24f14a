"""Taking a home: its lock, and whether its folders are private."""

from __future__ import annotations

import errno
import fcntl
import os

from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.errors import HomeInvalid, HomeLocked, KeyUnsafe, LogUnavailable, cut


def take_lock(layout: Layout) -> int:
    """Return the descriptor that holds a home's lock; closing it lets go.

    Raises:
        HomeLocked: another process has it.
        HomeInvalid: no home.
        LogUnavailable: the disk fails.
    """
    try:
        fd = os.open(layout.lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise HomeInvalid(
            f"not a home: {cut(layout.root)} ({error.strerror})", "`watchkeeper init` makes one"
        ) from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            raise HomeLocked(f"another process has {cut(layout.root)} open") from None
        raise LogUnavailable(f"can not lock {cut(layout.root)}: {error.strerror}") from None
    return fd


def check_folders(layout: Layout) -> None:
    """Refuse a home of which a folder is missing, or a private one is open to others.

    Raises:
        HomeInvalid: a folder is missing.
        KeyUnsafe: others may enter.
    """
    for part in (layout.keys, layout.segments, layout.log):
        if not part.is_dir():
            raise HomeInvalid(f"a home without its folder {cut(part.name)}: {cut(layout.root)}")
    for private in (layout.keys, layout.segments):
        mode = private.stat().st_mode & 0o777
        if mode & 0o077:
            raise KeyUnsafe(
                f"a private folder that others may enter: {cut(private)} has mode {mode:03o}",
                f"run `chmod 700 {private}`",
            )
