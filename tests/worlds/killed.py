"""Work in a process of its own, which may be killed at a step that it takes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path


def in_a_child(do: Callable[[], object]) -> int:
    """Run in a process of its own, which may be killed; return how it ended, 0 where it did well.

    It ends with 2 by an error of the operating system, and with 3 by any other.
    """
    child = os.fork()
    if child == 0:
        try:
            do()
        except OSError:
            os._exit(2)
        except BaseException:  # noqa: BLE001 - nothing of the tests may go on in the child
            os._exit(3)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def killed_between(do: Callable[[], object], files: set[Path], after: int) -> bool:
    """Do it in a child, killed before more than so many of these files are replaced; say if so."""
    left, names = after, {str(file.resolve()) for file in files}

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event == "os.rename" and os.path.realpath(str(arguments[1])) in names:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        sys.addaudithook(watch)
        do()

    return os.WIFSIGNALED(in_a_child(watched))
