"""Lines that come over the local socket: bounded in size, and in the time that they take."""

from __future__ import annotations

import asyncio

LINE_SECONDS = 10.0
"""How long a line may take from its first byte to its last."""
_CHUNK = 1 << 16


class LineTooLongError(Exception):
    """More bytes without an end of line than may be; they are kept."""


class LineReader:
    """Reads lines from one connection."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._kept = bytearray()
        self._looked = 0

    async def line(self, most: int, patience: float | None) -> bytes | None:
        """Return the next line, None at the end of them all; `patience` is for its first byte.

        Raises:
            TimeoutError: it did not begin, or end, in time.
            LineTooLongError: it has more than `most` bytes; with more it can be read on.
        """
        by = asyncio.get_running_loop().time
        until = by() + LINE_SECONDS if self._kept else None if patience is None else by() + patience
        while (end := self._kept.find(b"\n", self._looked)) < 0:
            self._looked = len(self._kept)
            if self._looked > most:
                raise LineTooLongError
            async with asyncio.timeout_at(until):
                chunk = await self._reader.read(_CHUNK)
            if not chunk:
                return None
            if not self._kept:
                until = by() + LINE_SECONDS
            self._kept += chunk
        if end > most:
            raise LineTooLongError
        line = bytes(self._kept[:end])
        del self._kept[: end + 1]
        self._looked = 0
        return line
