"""Reading segments: frames in order, one frame by its place, and recovery after a crash."""

from __future__ import annotations

import os
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.errors import FrameInvalid, LedgerError, cut
from watchkeeper.ledger.frame import HEADER_BYTES, Frame, check_tail, frame_length, read_frame

CHUNK = 1 << 18
_OFFSET_BITS = 40


@dataclass(slots=True)
class Tail:
    """The segment that is being written.

    `length` bytes of it are synced, and `checksum` is the CRC-32 of these, which tells after a
    failure whether the disk still holds what it acknowledged.
    """

    number: int
    length: int = 0
    checksum: int = 0


@dataclass(frozen=True, slots=True)
class Recovered:
    """A torn tail that was cut off and where it was kept."""

    segment: str
    offset: int
    length: int
    kept: str


class Places:
    """Where each record stands: eight bytes a record."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at = array("Q")

    def __len__(self) -> int:
        return len(self._at)

    @classmethod
    def restored(cls, at: array[int]) -> Places:
        """Return the places that a snapshot held."""
        made = cls()
        made._at = at
        return made

    def first(self, count: int) -> array[int]:
        """Return the first `count` places, as a snapshot holds them."""
        return self._at[:count]

    def before(self, index: int) -> Places:
        """Return the places of the records before `index`."""
        return Places.restored(self._at[:index])

    def add(self, segment: int, offset: int) -> None:
        """Note the next record's place."""
        self._at.append(segment << _OFFSET_BITS | offset)

    def of(self, index: int) -> tuple[int, int]:
        """Return the segment and the offset of a record."""
        place = self._at[index]
        return place >> _OFFSET_BITS, place & (1 << _OFFSET_BITS) - 1


def scan(files: Files, path: Path, start: int = 0, end: int | None = None) -> Iterator[Frame]:
    """Yield the whole frames of a segment from offset `start`, reading it piece by piece.

    Stops at `end`, or at the first frame that is not whole.
    """
    fd = files.open(path, os.O_RDONLY)
    try:
        yield from _scan(files, fd, start, end)
    finally:
        files.close(fd)


def _scan(files: Files, fd: int, start: int, end: int | None) -> Iterator[Frame]:
    wanted = CHUNK
    while True:
        buffer, at = files.read_at(fd, wanted, start), 0
        while (frame := read_frame(buffer, at, start)) is not None:
            if end is not None and frame.end > end:
                return
            yield frame
            at = frame.end - start
        if len(buffer) < wanted:
            return
        wanted = CHUNK if at else _longer(fd, start, buffer)
        if not wanted:
            return
        start += at


def _longer(fd: int, start: int, buffer: bytes) -> int:
    """Return how much to read for a frame that `buffer` is too short for; 0 if it is bad."""
    need = frame_length(buffer[:HEADER_BYTES])
    if need is None or not len(buffer) < need <= os.fstat(fd).st_size - start:
        return 0
    return need


def read_one(files: Files, fd: int, offset: int) -> Frame:
    """Read the frame at `offset` of an open segment.

    Raises:
        FrameInvalid: there is no whole frame.
    """
    buffer = files.read_at(fd, 8192, offset)
    need = frame_length(buffer)
    if need is not None and need > len(buffer):
        buffer = files.read_at(fd, need, offset)
    frame = read_frame(buffer, 0, offset)
    if frame is None:
        raise FrameInvalid(f"bad frame at offset {offset}")
    return frame


def first_frame(files: Files, layout: Layout) -> Frame | None:
    """Read the first frame of a shard; None where there is none.

    Raises:
        OSError: there is no first segment, or the disk fails.
    """
    return next(iter(scan(files, layout.segment(0))), None)


def read_at(files: Files, layout: Layout, places: Places, index: int) -> Frame:
    """Read the frame of a record whose place is known.

    Raises:
        FrameInvalid: there is no whole frame, or one of another record.
        OSError: the disk fails.
    """
    number, offset = places.of(index)
    fd = files.open(layout.segment(number), os.O_RDONLY)
    try:
        frame = read_one(files, fd, offset)
    finally:
        files.close(fd)
    if frame.index != index:
        raise FrameInvalid(f"record {frame.index} where {index} should be")
    return frame


def read_after(
    files: Files, layout: Layout, places: Places, *, limit: int | None = None
) -> Iterator[tuple[int, Frame]]:
    """Yield (segment, frame) of the records after those whose places are known, in order.

    Raises:
        FrameInvalid: damage, with the segment's name and the offset.
    """
    expected = len(places)
    first, start = places.of(expected - 1) if expected else (0, 0)
    numbers = [number for number in layout.segment_numbers() if number >= first]
    for number in numbers:
        path, end = layout.segment(number), start
        for frame in scan(files, path, start):
            end = frame.end
            if frame.index == expected - 1 and number == first:
                continue  # the last one that is known, read to find where the next one begins
            check_index(frame, expected, path)
            if limit is not None and frame.index >= limit:
                return
            expected += 1
            yield number, frame
        check_rest(files, path, end, newest=number == numbers[-1])
        start = 0


def check_index(frame: Frame, expected: int | None, path: Path) -> None:
    """Refuse a frame that does not follow the one before.

    Raises:
        FrameInvalid: with the segment's name and the offset.
    """
    if expected is not None and frame.index != expected:
        raise FrameInvalid(
            f"record {frame.index} where {expected} should be, "
            f"at offset {frame.start} of {cut(path.name)}"
        )


def check_rest(files: Files, path: Path, end: int, *, newest: bool) -> bytes:
    """Return what follows the last whole frame of a segment, if that is a torn tail.

    A whole frame that begins there now was not yet written when the segment was read: what follows
    is for the next reading.

    Raises:
        FrameInvalid: it is damage; with the segment's name and the offset.
    """
    fd = files.open(path, os.O_RDONLY)
    try:
        rest = files.read_at(fd, max(0, os.fstat(fd).st_size - end), end)
    finally:
        files.close(fd)
    written_since = newest and read_frame(rest, 0, end) is not None
    if rest and not written_since:
        try:
            check_tail(rest, end, newest=newest)
        except FrameInvalid as error:
            raise FrameInvalid(f"{error.message} in {cut(path.name)}") from None
    return rest


def cut_tail(files: Files, layout: Layout, tail: Tail, rest: bytes) -> Recovered:
    """Keep a torn tail aside, then cut it off the segment; durable when this returns."""
    path = layout.segment(tail.number)
    kept = layout.kept / f"{path.stem}-{tail.length}-{zlib.crc32(rest):08x}.torn"
    files.make_folder(layout.kept, 0o700)
    files.replace(kept, rest, 0o600)
    fd = files.open(path, os.O_RDWR)
    try:
        files.truncate(fd, tail.length)
        files.sync(fd)
    finally:
        files.close(fd)
    return Recovered(path.name, tail.length, len(rest), str(kept))


def check_segment(files: Files, path: Path, tail: Tail) -> None:
    """Read a segment back from the disk and compare it with what was acknowledged.

    Raises:
        LedgerError: the disk does not hold what it acknowledged.
    """
    fd = files.open(path, os.O_RDONLY)
    try:
        # What is in memory proves nothing: pages of a failed write may be marked as written.
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        check, at = 0, 0
        while part := files.read_at(fd, min(CHUNK, tail.length - at), at):
            check, at = zlib.crc32(part, check), at + len(part)
    finally:
        files.close(fd)
    if (at, check) != (tail.length, tail.checksum):
        raise LedgerError(f"{cut(path.name)} does not hold what the disk acknowledged")
