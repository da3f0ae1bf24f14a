"""One writer of a workspace at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchkeeper.errors import ImportRefused, cut


@contextmanager
def writing_alone(workspace: Path) -> Iterator[None]:
    """Hold the workspace while its files are written; whoever else wants to write is refused.

    The lock is on the folder itself: nothing is left behind, whatever ends the process.

    Raises:
        ImportRefused: another process writes there.
    """
    fd = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another command is writing into {cut(workspace)}"
        raise ImportRefused(message, "wait for it, and say this again") from None
    else:
        yield
    finally:
        os.close(fd)
