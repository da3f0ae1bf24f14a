"""Reading single frames of a shard whose places are known; from any thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.segments import Places, read_one, scan
from watchkeeper.errors import FrameInvalid, LedgerError, LogUnavailable
from watchkeeper.ledger.frame import Frame

_MOST_OPEN = 64


class Frames:
    """The durable frames of one shard; segments that were read stay open, a few of them."""

    def __init__(self, files: Files, layout: Layout, places: Places) -> None:
        self._files, self._layout, self._places = files, layout, places
        self._open: dict[int, int] = {}
        self._reading = threading.Lock()

    def one(self, index: int) -> Frame:
        """Read one frame back from its segment.

        Raises:
            LedgerError: there is no such durable record, or the disk fails.
        """
        if not 0 <= index < len(self._places):
            raise LedgerError(f"no durable record {index} in a log of {len(self._places)}")
        number, offset = self._places.of(index)
        try:
            # Nobody may close the file while it is read: an erasure puts another in its place.
            with self._reading:
                frame = read_one(self._files, self._segment(number), offset)
        except OSError as error:
            raise LogUnavailable(f"record {index} can not be read: {error.strerror}") from None
        if frame.index != index:
            raise FrameInvalid(f"record {frame.index} where {index} should be")
        return frame

    def some(self, start: int, end: int) -> Iterator[Frame]:
        """Read the frames of durable records back, `start` to `end`.

        Raises:
            LedgerError: one of them is damaged, or the disk fails.
        """
        try:
            yield from self._some(start, end)
        except OSError as error:
            raise LogUnavailable(f"records can not be read: {error.strerror}") from None

    def _some(self, start: int, end: int) -> Iterator[Frame]:
        while start < end:
            number, offset = self._places.of(start)
            before = start
            for frame in scan(self._files, self._layout.segment(number), offset):
                if start == end or frame.index != start:
                    break
                yield frame
                start += 1
            if start == before:
                raise FrameInvalid(f"record {start} can not be read at offset {offset}")

    def segment_of(self, index: int) -> int:
        """Return the number of the segment in which a durable record stands."""
        return self._places.of(index)[0]

    def let_go(self, number: int) -> None:
        """Close what is open of a segment: another file stands in its place."""
        with self._reading:
            fd = self._open.pop(number, None)
            if fd is not None:
                os.close(fd)

    def close(self) -> None:
        """Let go of the segments."""
        with self._reading:
            for fd in self._open.values():
                with suppress(OSError):
                    os.close(fd)
            self._open.clear()

    def _segment(self, number: int) -> int:
        fd = self._open.get(number)
        if fd is None:
            while len(self._open) >= _MOST_OPEN:
                os.close(self._open.pop(next(iter(self._open))))
            fd = self._files.open(self._layout.segment(number), os.O_RDONLY)
            self._open[number] = fd
        return fd
