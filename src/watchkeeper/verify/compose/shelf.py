"""A published log as a shelf of records: any one of them, quickly, and none kept for long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from watchkeeper.errors import LedgerError, NoteInvalid
from watchkeeper.ledger.checkpoint import Checkpoint, parse_checkpoint_unverified
from watchkeeper.ledger.envelope import parse_envelope_unverified
from watchkeeper.ledger.tiles import WIDTH, parse_bundle
from watchkeeper.verify.bundle.manifest import Run
from watchkeeper.verify.glance import Glance, glance
from watchkeeper.verify.handout import published_checkpoint
from watchkeeper.verify.source import Source, read_raw_bundle
from watchkeeper.verify.witnesses import WITNESSED

_KEPT = 8
"""Entry bundles that are kept: choosing goes to and fro between a few."""


class Shelf:
    """The records that a checkpoint of a log covers. Nothing is verified here.

    `newest` asks for the newest checkpoint even where witnesses have not cosigned it yet; else it
    is the newest that they have, if the log published one. `behind` counts what is newer still.
    """

    def __init__(self, source: Source, *, newest: bool = True) -> None:
        self.source = source
        self.note, self.checkpoint = published_checkpoint(source)
        published = self.checkpoint.size
        if not newest:
            self.note, self.checkpoint = _witnessed(source, self.note, self.checkpoint)
        self.behind = published - self.checkpoint.size
        self.shelves = -(-self.checkpoint.size // WIDTH)
        self.raw: Callable[[int], bytes] = lru_cache(_KEPT)(self._read)
        self.shelf: Callable[[int], list[bytes]] = lru_cache(_KEPT)(self._parse)

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.checkpoint.size

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self.checkpoint.origin

    @property
    def shard(self) -> int:
        """The number of the shard, as the origin names it."""
        return shard_of(self.checkpoint)

    def entry(self, index: int) -> bytes:
        """Return a record as it stands in the log.

        Raises:
            LedgerError: there is none.
        """
        if not 0 <= index < self.size:
            raise LedgerError(f"no record {index} under a checkpoint over {self.size}")
        return self.shelf(index // WIDTH)[index % WIDTH]

    def keyid(self, index: int) -> str:
        """Return the id of the key that signed a record."""
        return parse_envelope_unverified(self.entry(index)).keyid

    def glance(self, index: int) -> Glance:
        """Return what a record is about."""
        return glance(index, self.entry(index))

    def run(self, run: Run) -> Iterator[tuple[int, bytes]]:
        """Yield the records of a run, each with its index."""
        first, end = run
        for number in range(first // WIDTH, -(-end // WIDTH)):
            for index, entry in enumerate(self.shelf(number), number * WIDTH):
                if first <= index < end:
                    yield index, entry

    def first_at(self, at: int) -> int:
        """Return the first index whose record is not before the moment `at`.

        Times never decrease in a log, so a search by halves finds it.
        """
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            if self.glance(middle).at < at:
                low = middle + 1
            else:
                high = middle
        return low

    def _width(self, number: int) -> int:
        return min(WIDTH, self.size - number * WIDTH)

    def _read(self, number: int) -> bytes:
        return read_raw_bundle(self.source, number, self._width(number))

    def _parse(self, number: int) -> list[bytes]:
        return parse_bundle(self.raw(number), self._width(number))


def _witnessed(source: Source, note: bytes, newest: Checkpoint) -> tuple[bytes, Checkpoint]:
    raw = source.read(WITNESSED)
    if raw is None:
        return note, newest
    checkpoint, _ = parse_checkpoint_unverified(raw)
    if checkpoint.origin != newest.origin or checkpoint.size > newest.size:
        raise NoteInvalid("the checkpoint that was witnessed is not one of this log")
    return raw, checkpoint


def shard_of(checkpoint: Checkpoint) -> int:
    """Return the number of the shard that a checkpoint's origin names."""
    last = checkpoint.origin.rpartition("/")[2]
    return int(last) if last.isdigit() else 0
