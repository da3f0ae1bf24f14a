"""Reading a home without its lock, while another process may write it."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.log import SYNCED, entry_of
from watchkeeper.adapters.posix.recovery import read_genesis
from watchkeeper.adapters.posix.segments import Places, read_all, read_one
from watchkeeper.errors import HomeInvalid, LedgerError, LogUnavailable, cut
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.key_history import genesis_keys
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.statement import Entry


def read_home(path: Path) -> ReadOnlyLog:
    """Open a home for reading; nothing is locked, changed or repaired.

    Raises:
        HomeInvalid: no home.
    """
    layout = Layout(Path(path))
    if not layout.lock.is_file():
        raise HomeInvalid(f"not a home: {cut(path)}")
    files = Files()
    try:
        return ReadOnlyLog(layout, files, read_genesis(files, layout))
    except OSError as error:
        raise LogUnavailable(f"can not read the home {cut(path)}: {error.strerror}") from None


class ReadOnlyLog:
    """The synced records of a home.

    `record_keys` are the raw public keys that sign its envelopes, by key id; `log_vkey` is the
    verifier key of its checkpoints. Both are what the home itself claims.
    """

    def __init__(self, layout: Layout, files: Files, genesis: GenesisRecord) -> None:
        self.layout, self.genesis = layout, genesis
        self.record_keys = genesis_keys(genesis)
        self.log_vkey = genesis.log_key
        self._files = files
        self._places = Places()

    @property
    def origin(self) -> str:
        """The log's origin, `<name>/<shard>`."""
        return self.genesis.origin

    @property
    def size(self) -> int:
        """How many records can be read now."""
        self._look()
        return len(self._places)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Read records in order from `start`, up to what was synced when the reading began."""
        for frame in self.frames(start):
            yield entry_of(frame, self.genesis.shard)

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Read frames in order from `start`.

        Raises:
            FrameInvalid: damage, with file and offset.
        """
        for _, frame in read_all(self._files, self.layout, start, limit=self._limit()):
            yield frame

    def entry(self, index: int) -> Entry:
        """Read one record.

        Raises:
            LedgerError: there is no such record.
        """
        return entry_of(self.frame(index), self.genesis.shard)

    def frame(self, index: int) -> Frame:
        """Read one frame."""
        if not 0 <= index < len(self._places):
            self._look()
        if not 0 <= index < len(self._places):
            raise LedgerError(f"no record {index} in a log of {len(self._places)}")
        number, offset = self._places.of(index)
        fd = self._files.open(self.layout.segment(number), os.O_RDONLY)
        try:
            return read_one(self._files, fd, offset)
        finally:
            self._files.close(fd)

    def _look(self) -> None:
        """Note where records stand that came since the last look."""
        known = len(self._places)
        first = self._places.of(known - 1)[0] if known else 0
        found = read_all(self._files, self.layout, known, limit=self._limit(), first=first)
        for number, frame in found:
            self._places.add(number, frame.start)

    def _limit(self) -> int | None:
        """Return how many records are synced while a writer lives, or None if none does."""
        try:
            live, count = SYNCED.unpack(self.layout.synced.read_bytes())
        except (OSError, struct.error):
            return None
        return int(count) if live else None
