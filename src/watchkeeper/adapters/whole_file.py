"""A file that is written as a whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from watchkeeper.errors import SettingsInvalid, cut


@contextmanager
def whole_file(path: Path, *, replace: bool) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Yield a file that becomes `path` only if all goes well, and an empty one to keep things in.

    Only its owner may read it: it may hold values.

    Raises:
        SettingsInvalid: `path` is there and may not be replaced.
        OSError: it can not be written.
    """
    if not replace and os.path.lexists(path):
        raise _taken(path)
    fd, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(fd, "wb") as file, tempfile.TemporaryFile(dir=path.parent) as aside:
            yield file, aside
            file.flush()
            os.fsync(file.fileno())
        _give_name(part, path, replace=replace)
    finally:
        part.unlink(missing_ok=True)


def _give_name(part: Path, path: Path, *, replace: bool) -> None:
    if replace:
        part.replace(path)
        return
    try:
        # A link fails where a name is taken, also where it was taken meanwhile.
        path.hardlink_to(part)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:
        # Not every file system has links; then the look at the name has to do.
        if os.path.lexists(path):
            raise _taken(path) from None
        part.replace(path)


def _taken(path: Path) -> SettingsInvalid:
    return SettingsInvalid(f"there is something already: {cut(path)}", "give `--force`")
