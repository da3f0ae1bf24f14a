"""Removing payloads: each segment that holds one is written anew, as long as before.

New file, sync, rename, sync of the folder (evidence format, 3). The frame keeps its length and its
place; a reader sees the old file or the new one, never half of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.segments import CHUNK, scan
from watchkeeper.errors import FrameInvalid, HomeInvalid, cut
from watchkeeper.ledger.beside import check_frame
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import read_own_record
from watchkeeper.ledger.erasure import NEVER_ERASED, ErasedBy, kept_of, parse_stub, render_stub
from watchkeeper.ledger.frame import Frame, render_frame
from watchkeeper.records.instant import Instant

_ONLY_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


def tails(layout: Layout) -> list[Path]:
    """Return the torn tails that are kept aside, whole or half written."""
    if not layout.kept.is_dir():
        return []
    return sorted(path for path in layout.kept.iterdir() if ".torn" in path.name)


class Removal:
    """Removes what erasure records say is erased. Doing it again changes nothing.

    All of it is in the shard of `layout`; `by` is the shard of the records, where it is a later
    one. `replaced(number)` is called once a segment was put in the place of another: who holds the
    old one open must let go of it.
    """

    def __init__(
        self,
        files: Files,
        layout: Layout,
        replaced: Callable[[int], None] = lambda _: None,
        by: int | None = None,
    ) -> None:
        self._files, self._layout, self._replaced, self._by = files, layout, replaced, by

    def segment(self, number: int, erased: ErasedBy, at: Callable[[int], Instant]) -> int:
        """Remove what is to be removed of one segment and return how many payloads that were.

        `at(index)` is the time of an erasure record.

        Raises:
            HomeInvalid: the segment has another name somewhere, where the values would stay.
            FrameInvalid: damage.
            LogInconsistent: a payload is not the recorded one.
            OSError: the disk fails; the segment stands as it did.
        """
        path = self._layout.segment(number)
        check_alone(path)
        if not any(_goes(frame, erased) is not None for frame in scan(self._files, path)):
            return 0
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        fd = self._files.open(new, _ONLY_NEW, 0o600)
        try:
            count = self._copy(fd, path, erased, at)
            self._files.sync(fd)
        except BaseException:
            with suppress(OSError):
                new.unlink()
            raise
        finally:
            self._files.close(fd)
        self._files.call("rename", os.replace, new, path)
        self._files.sync_folder(path.parent)
        self._replaced(number)
        return count

    def remove_tails(self) -> int:
        """Remove every torn tail: what is in them belongs to no record that could be named."""
        found = tails(self._layout)
        for path in found:
            check_alone(path)
            self._files.call("unlink", os.unlink, path)
        if found:
            self._files.sync_folder(self._layout.kept)
        return len(found)

    def remove_leftovers(self) -> None:
        """Remove a segment that an interrupted erasure had begun to write."""
        for path in self._layout.segments.glob(".*.seg.new"):
            self._files.call("unlink", os.unlink, path)

    def _copy(self, fd: int, path: Path, erased: ErasedBy, at: Callable[[int], Instant]) -> int:
        count, end, waiting = 0, 0, bytearray()
        for frame in scan(self._files, path):
            by = _goes(frame, erased)
            payload = frame.payload if by is None else _stub(frame, by, at(by), self._by)
            count, end = count + (by is not None), frame.end
            waiting += render_frame(frame.index, frame.batch, frame.envelope, payload)
            if len(waiting) >= CHUNK:
                self._files.write(fd, bytes(waiting))
                waiting.clear()
        self._files.write(fd, bytes(waiting))
        if end != path.stat().st_size or end != os.fstat(fd).st_size:
            raise FrameInvalid(f"bad frame at offset {end} of {cut(path.name)}")
        return count


def check_alone(path: Path) -> None:
    """Refuse a file that is a link, or has another name: removing this one would not erase it.

    Raises:
        HomeInvalid: it is one.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise HomeInvalid(f"a link where a file should be: {cut(path)}", "put the file there")
    if found.st_nlink != 1:
        raise HomeInvalid(
            f"the file has {found.st_nlink} names: {cut(path)}",
            "remove the other hard links: what is erased here would stay there",
        )


def _goes(frame: Frame, erased: ErasedBy) -> int | None:
    """Return by which erasure a frame's payload is to be removed, None if it is not or was."""
    by = erased.of(frame.index) if frame.payload else None
    if by is None or parse_stub(_body(frame)) is not None or not frame.payload.strip(b" {}"):
        return None
    return None if read_own_record(frame.envelope).kind in NEVER_ERASED else by


def _stub(frame: Frame, by: int, at: Instant, shard: int | None) -> bytes:
    check_frame(frame)  # what is kept must be what was recorded
    record, body = read_own_record(frame.envelope), _body(frame)
    return render_stub(by, kept_of(record, body, at), len(frame.payload), shard)


def _body(frame: Frame) -> dict[str, object]:
    body = parse_json_unverified(frame.payload)
    return body if isinstance(body, dict) else {}
