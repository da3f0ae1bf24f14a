"""The file that a name of a workspace stands for: inside it, writable, and kept as it was kept."""

from __future__ import annotations

import hashlib
import os
import stat
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.draft.writing.fresh import permit_as

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: its name in the workspace, and where it really lies."""

    name: str
    path: Path

    @property
    def digest(self) -> str | None:
        """The SHA-256 of what stands there now; None where there is no file."""
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest()
        except FileNotFoundError:
            return None

    def bytes_of(self, text: str) -> bytes:
        """Return a text as this file spells it: CRLF where it has any, a mark where it has one."""
        there = self.path.read_bytes() if self.path.exists() else b""
        if b"\r\n" in there:
            text = text.replace("\n", "\r\n")
        mark = BOM_UTF8 if there.startswith(BOM_UTF8) else b""
        return mark + text.encode()

    def put(self, waiting: Path) -> None:
        """Put a file that waits in place of this one, with the permissions that this one has."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            permit_as(waiting, self.path)
        waiting.replace(self.path)


def target_in(workspace: Path, name: str) -> Target:
    """Return the file of a workspace that `name` stands for, through links inside the workspace.

    Raises:
        ImportRefused: it lies outside, is no file, or may not be written.
    """
    path = Path(os.path.realpath(workspace / name))
    if not path.is_relative_to(os.path.realpath(workspace)):
        message = f"{cut(name)} lies outside of the workspace, where a link leads"
        raise ImportRefused(message, "put the file itself into the workspace; nothing was written")
    if path.exists():
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ImportRefused(f"{cut(name)} is no file", "take it away; nothing was written")
        if not mode & _WRITABLE:
            advice = "make it writable, if it may change; nothing was written"
            raise ImportRefused(f"{cut(name)} is read-only", advice)
    return Target(name, path)
