"""What a process asked of its disk, operation by operation, and what was promised meanwhile."""

from __future__ import annotations

import fcntl
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from watchkeeper.adapters.posix.files import Files

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Create:
    """A new, empty file got a name. `file` numbers the files of a journal."""

    path: str
    file: int


@dataclass(frozen=True, slots=True)
class Mkdir:
    """A new folder."""

    path: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A name was moved over another one."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file got another length."""

    file: int
    length: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A file's content is on the disk from here on."""

    file: int


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """The names in a folder are on the disk from here on."""

    path: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A name is gone."""

    path: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody may rely on from here on.

    That many records are acknowledged, that checkpoint may have been seen, those bytes are erased.
    """

    records: int
    seen: bytes | None = None
    gone: tuple[bytes, ...] = ()


Operation = Create | Mkdir | Rename | Remove | Write | Truncate | Sync | SyncFolder | Promise


class Journal(Files):
    """Files that write down what they do below `root`.

    Every file of `root` that is there at the beginning is on the disk, with its name.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.operations: list[Operation] = []
        self.files: dict[str, int] = {}
        self._open: dict[int, int | str] = {}
        self._lock = threading.RLock()
        self.before = {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        self.folders_before = frozenset(
            str(path.relative_to(root)) for path in sorted(root.rglob("*")) if path.is_dir()
        )
        for path in self.before:
            self.files[path] = len(self.files)
        self._numbers = len(self.files)
        self._folders = set(self.folders_before)

    def promise(
        self, records: int, seen: bytes | None = None, gone: tuple[bytes, ...] = ()
    ) -> None:
        """Note what somebody may rely on from here on."""
        with self._lock:
            self.operations.append(Promise(records, seen, gone))

    def call(self, name: str, act: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one operation and write it down, in one step."""
        with self._lock:
            note = getattr(self, f"_note_{name}", None)
            if note is None:
                return super().call(name, act, *args, **kwargs)
            before = self._before(name, args)
            done = super().call(name, act, *args, **kwargs)
            note(before, done, *args)
            return done

    def _before(self, name: str, args: tuple[Any, ...]) -> Any:
        if name == "open":
            return args[0].exists()
        if name == "write":
            at_end = os.fstat(args[0]).st_size
            append = _flags(args[0]) & os.O_APPEND
            return at_end if append else os.lseek(args[0], 0, os.SEEK_CUR)
        return None

    def _note_open(self, there: Any, fd: Any, path: Path, flags: int, _mode: int) -> None:
        where = str(path.relative_to(self.root))
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            self._open[fd] = where
            return
        if not there:
            self.files[where] = self._numbers
            self._numbers += 1
            self.operations.append(Create(where, self.files[where]))
        elif flags & os.O_TRUNC:
            self.operations.append(Truncate(self.files[where], 0))
        self._open[fd] = self.files[where]

    def _note_write(self, offset: Any, done: Any, fd: int, data: Any) -> None:
        file = self._open[fd]
        if isinstance(file, int):
            self.operations.append(Write(file, offset, bytes(data[:done])))

    def _note_fdatasync(self, _before: Any, _done: Any, fd: int) -> None:
        file = self._open[fd]
        self.operations.append(Sync(file) if isinstance(file, int) else SyncFolder(file))

    _note_fsync = _note_fdatasync

    def _note_ftruncate(self, _before: Any, _done: Any, fd: int, length: int) -> None:
        file = self._open[fd]
        if isinstance(file, int):
            self.operations.append(Truncate(file, length))

    def _note_mkdir(self, _before: Any, _done: Any) -> None:
        # The folder is a bound method's own: found by looking what is new.
        for path in sorted(self.root.rglob("*")):
            where = str(path.relative_to(self.root))
            if path.is_dir() and where not in self._folders:
                self._folders.add(where)
                self.operations.append(Mkdir(where))

    def _note_unlink(self, _before: Any, _done: Any, *_path: Any) -> None:
        # The path may be a bound method's own, and may not have been there: look what is gone.
        for where in [where for where in self.files if not (self.root / where).exists()]:
            del self.files[where]
            self.operations.append(Remove(where))

    def _note_rename(self, _before: Any, _done: Any, old: Path, new: Path) -> None:
        was, now = str(old.relative_to(self.root)), str(new.relative_to(self.root))
        self.files[now] = self.files.pop(was)
        self.operations.append(Rename(was, now))


def _flags(fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_GETFL)
