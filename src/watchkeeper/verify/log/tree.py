"""The tree of a published log: grown from its entries, held against its tiles and older roots."""

from __future__ import annotations

from watchkeeper.errors import TileInvalid
from watchkeeper.ledger.checkpoint import Checkpoint
from watchkeeper.ledger.tiles import TileTree
from watchkeeper.verify.report import Report
from watchkeeper.verify.source import Source, read_tile
from watchkeeper.verify.timestamps import Stamps

TREE, OLDER = 3, 5
_HASH = 32


class PublishedTree:
    """Takes up leaf hashes in order.

    `older` maps sizes to the roots that older checkpoints name; what was met is taken out of it.
    """

    def __init__(
        self, source: Source, report: Report, older: dict[int, set[bytes]], stamps: Stamps
    ) -> None:
        self._source, self._report = source, report
        self._older, self._stamps = older, stamps
        self._tree = TileTree()
        self._check_older()

    @property
    def size(self) -> int:
        """How many leaves there are so far."""
        return self._tree.size

    def take(self, hashes: bytes) -> None:
        """Take up the next leaf hashes, 32 bytes each."""
        for at in range(0, len(hashes), _HASH):
            for level, number, tile in self._tree.append(hashes[at : at + _HASH]):
                self._check_tile(level, number, tile)
            if self._tree.size in self._older:
                self._check_older()
            if self._tree.size in self._stamps.roots:
                self._stamps.root(self._tree.size, self._tree.root())

    def finish(self, checkpoint: Checkpoint) -> None:
        """Hold the whole tree against the checkpoint, and the partial tiles against the tree."""
        tree = self._tree
        if tree.size != checkpoint.size:
            self._report.fail(TREE, f"{tree.size} of {checkpoint.size} entries could be read")
            return
        if tree.root() != checkpoint.root:
            self._report.fail(TREE, "the entries do not lead to the root of the checkpoint")
        for level, number, hashes in tree.partials():
            self._check_tile(level, number, hashes)

    def _check_older(self) -> None:
        if self._older.pop(self._tree.size, set()) - {self._tree.root()}:
            what = f"the first {self._tree.size} records are not those of an older checkpoint"
            self._report.fail(OLDER, what)

    def _check_tile(self, level: int, number: int, hashes: list[bytes]) -> None:
        try:
            published = read_tile(self._source, level, number, len(hashes))
        except TileInvalid as error:
            self._report.fail(TREE, error.message)
            return
        if published != b"".join(hashes):
            self._report.fail(TREE, f"tile {level}/{number} is not that of the entries")
