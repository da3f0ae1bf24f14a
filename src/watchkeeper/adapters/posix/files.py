"""The handful of file operations that durability rests on, in one place.

Every operation goes through `call`, so that a test can make the n-th one fail as a disk would.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Files:
    """File operations that say what is durable when they return."""

    def call(self, name: str, act: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one operation; `name` says which."""
        del name
        return act(*args, **kwargs)

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        """Open a file and return its descriptor."""
        return self.call("open", os.open, path, flags | os.O_CLOEXEC, mode)

    def write(self, fd: int, data: bytes) -> None:
        """Write all of `data` where the descriptor stands."""
        view = memoryview(data)
        while view:
            done = self.call("write", os.write, fd, view)
            view = view[done:]

    def read_at(self, fd: int, count: int, offset: int) -> bytes:
        """Read up to `count` bytes at `offset`; less only at the end of the file."""
        parts: list[bytes] = []
        while count > 0:
            part = self.call("read", os.pread, fd, count, offset)
            if not part:
                break
            parts.append(part)
            count -= len(part)
            offset += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def sync_data(self, fd: int) -> None:
        """Return once what was written to `fd` is on the disk, its length included."""
        self.call("fdatasync", os.fdatasync, fd)

    def sync(self, fd: int) -> None:
        """Return once the file is on the disk with everything known about it."""
        self.call("fsync", os.fsync, fd)

    def truncate(self, fd: int, length: int) -> None:
        """Cut the file to `length`."""
        self.call("ftruncate", os.ftruncate, fd, length)

    def links(self, fd: int) -> int:
        """Return how many names the open file has: none once somebody removed it."""
        return self.call("fstat", os.fstat, fd).st_nlink

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        os.close(fd)

    def make_folder(self, path: Path, mode: int = 0o755) -> None:
        """Make a folder, and those above it, durably; nothing happens if it is there."""
        if not path.is_dir():
            self.make_folder(path.parent, mode)
            self.call("mkdir", path.mkdir, mode=mode, exist_ok=True)
            self.sync_folder(path.parent)

    def sync_folder(self, path: Path) -> None:
        """Return once the names in a folder are on the disk."""
        fd = self.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(fd)
        finally:
            self.close(fd)

    def replace(self, path: Path, data: bytes, mode: int = 0o644, *, folder: bool = True) -> None:
        """Write a file as a whole: a reader sees the old one or the new one, also after a crash.

        With `folder` false the caller syncs the folder later, once for several files.
        """
        temporary = path.with_name(f".{path.name}.new")
        fd = self.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            self.write(fd, data)
            self.sync(fd)
        finally:
            self.close(fd)
        self.call("rename", os.replace, temporary, path)
        if folder:
            self.sync_folder(path.parent)

    def free_bytes(self, path: Path) -> int:
        """Return how much an ordinary user may still write below `path`."""
        found = self.call("statvfs", os.statvfs, path)
        return found.f_bavail * found.f_frsize
