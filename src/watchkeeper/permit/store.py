"""Which permits were used: kept on the tool's own side, over restarts and several processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from watchkeeper.errors import PermitInvalid

_MAGIC = "watchkeeper-permits-1"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HEAD = re.compile(rf"{_MAGIC} ([0-9]{{1,12}}) ([0-9]{{1,12}})")
_LINE = re.compile(r"([0-9]{1,12}) ([A-Za-z0-9_-]{1,64})")
_OWNER_ONLY = 0o600


class Used(Protocol):
    """Remembers which permits were used."""

    @property
    def since(self) -> int:
        """Since when it remembers, in seconds since 1970; of what was before it knows nothing."""
        ...

    def take(self, id_: str, until: int) -> bool:
        """Mark a permit, good until `until`, as used; False if it was.

        What returns True survives whatever happens next.

        Raises:
            PermitInvalid: that could not be kept, and so nothing may be done (`unkept`).
        """
        ...


class UsedFile:
    """One file that several processes of one machine share, each line a permit that was used.

    A lock on the file orders them. What has run out is dropped when there is much of it; what
    was dropped stays refused, since nothing that ran out before it is taken again, whatever the
    clock says. A torn last line is of a permit that nobody was told of, and is cut away. Not for
    file systems whose locks do not hold between their users.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        most: int = 4096,
    ) -> None:
        """Open the store, or begin it.

        Raises:
            PermitInvalid: the file is no such store, or can not be read or written (`unkept`).
        """
        self._path, self._clock, self._most = path, clock, most
        self._guard = threading.Lock()
        self._fd, self._read, self._process = -1, 0, os.getpid()
        self._since, self._floor = 0, 0
        self._used: dict[str, int] = {}
        with self._guard, self._locked():
            pass

    @property
    def since(self) -> int:
        """Since when it remembers, in seconds since 1970."""
        return self._since

    def take(self, id_: str, until: int) -> bool:
        """Mark a permit as used; see `Used`."""
        if not _ID.fullmatch(id_):
            return False
        with self._guard, self._locked():
            if id_ in self._used or until <= self._floor:
                return False
            self._append(f"{until} {id_}\n".encode())
            self._used[id_] = until
            self._shorten()
            return True

    def close(self) -> None:
        """Let go of the file."""
        with self._guard:
            self._leave()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the file, having read what others wrote to it."""
        try:
            self._hold()
            try:
                self._catch_up()
                yield
            finally:
                if self._fd >= 0:
                    fcntl.flock(self._fd, fcntl.LOCK_UN)
        except OSError as error:
            raise _unkept(str(error.strerror)) from None

    def _hold(self) -> None:
        """Lock the file that stands at the path now: it may have been written anew meanwhile."""
        if self._process != os.getpid():
            # A lock taken before a fork is the parent's too, and would keep nobody out.
            self._leave()
            self._process = os.getpid()
        while True:
            if self._fd < 0:
                flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
                self._fd = os.open(self._path, flags, _OWNER_ONLY)
                # What was known stays known: a file put back from before must not undo it.
                self._read = 0
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            mine = os.fstat(self._fd)
            try:
                there = self._path.stat()
            except FileNotFoundError:
                there = None
            if there is not None and (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino):
                return
            self._leave()

    def _leave(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _catch_up(self) -> None:
        size = os.fstat(self._fd).st_size
        if size < self._read:
            # Somebody cut it: what it says now is not what we knew, so neither counts.
            raise _unkept("it is shorter than it was")
        raw = os.pread(self._fd, size - self._read, self._read)
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            os.ftruncate(self._fd, self._read + len(whole))
            os.fsync(self._fd)
        lines = whole.decode("ascii", "replace").splitlines()
        if self._read == 0:
            self._head(lines)
            lines = lines[1:]
        for line in lines:
            found = _LINE.fullmatch(line)
            if found is None:
                raise _unkept("it holds what is no permit")
            self._used[found[2]] = int(found[1])
        self._read += len(whole)

    def _head(self, lines: list[str]) -> None:
        """Read the first line, or write it where there is none yet."""
        if not lines:
            # The second that has begun is not known from its beginning.
            self._since = int(self._clock()) + 1
            self._append(f"{_MAGIC} {self._since} {self._floor}\n".encode())
            _sync_folder(self._path.parent)
            return
        found = _HEAD.fullmatch(lines[0])
        if found is None:
            raise _unkept("it is no store of used permits")
        self._since = max(self._since, int(found[1]))
        self._floor = max(self._floor, int(found[2]))
        self._used = {id_: until for id_, until in self._used.items() if until > self._floor}

    def _append(self, line: bytes) -> None:
        """Write one line; on the disk when this returns. What failed half-way is taken back."""
        before = os.fstat(self._fd).st_size
        try:
            if os.write(self._fd, line) != len(line):
                raise _unkept("the disk is full")
            os.fsync(self._fd)
        except (OSError, PermitInvalid):
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, before)
            raise
        self._read = before + len(line)

    def _shorten(self) -> None:
        """Drop what has run out, where there is much of it, and remember up to when."""
        now = int(self._clock())
        over = {id_: until for id_, until in self._used.items() if until < now}
        if len(over) <= self._most:
            return
        floor = max(self._floor, *over.values())
        kept = {id_: until for id_, until in self._used.items() if until > floor}
        text = f"{_MAGIC} {self._since} {floor}\n"
        text += "".join(f"{until} {id_}\n" for id_, until in kept.items())
        fresh = self._path.with_name(f".{self._path.name}.new")
        _write_whole(fresh, text.encode())
        fresh.replace(self._path)
        _sync_folder(self._path.parent)
        # The next that comes finds the new file at the path, and reads it from its beginning.


def _write_whole(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(fd)


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _unkept(why: str) -> PermitInvalid:
    return PermitInvalid(
        f"it can not be kept which permits were used: {why}",
        reason="unkept",
        advice="nothing is done until the file of used permits can be written again",
    )
