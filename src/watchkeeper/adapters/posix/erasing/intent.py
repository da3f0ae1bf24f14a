"""The note that an erasure is under way: written before its record, gone once all is removed.

A start that finds it looks for erasure records from there on and does what they say; so nothing
has to be searched where no erasure was interrupted.
"""

from __future__ import annotations

import os
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import FrameInvalid, cut

NAME = "erasing"
_MOST_DIGITS = 16


class Intent:
    """The file `erasing` of a home: the index from which on erasure records may be unfinished."""

    def __init__(self, files: Files, home: Path) -> None:
        self._files, self._path = files, home / NAME

    def note(self, index: int) -> None:
        """Note that the record `index`, or one after it, may be an erasure; durable on return."""
        noted = self.read()
        if noted is None or noted > index:
            self._files.replace(self._path, b"%d\n" % index, 0o600)

    def read(self) -> int | None:
        """Return the index that was noted, or None.

        Raises:
            FrameInvalid: the file holds something else.
        """
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return None
        if not text.strip().isdigit() or len(text.strip()) > _MOST_DIGITS:
            raise FrameInvalid(
                f"not the note of an erasure: {cut(self._path)}",
                "remove it, and run `log verify`: it tells whether an erasure is unfinished",
            )
        return int(text)

    def clear(self) -> None:
        """Take the note away; durable on return."""
        if self._path.exists():
            self._files.call("unlink", os.unlink, self._path)
        self._files.sync_folder(self._path.parent)
