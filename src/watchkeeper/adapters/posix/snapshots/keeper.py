"""The snapshots of the shard that is written to."""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.adapters.posix.custody import Custody
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.publication import Publication
from watchkeeper.adapters.posix.segments import Places
from watchkeeper.adapters.posix.snapshots.file import Snapshot
from watchkeeper.adapters.posix.snapshots.scrub import Scrub
from watchkeeper.adapters.posix.snapshots.store import (
    keep_snapshot,
    load_snapshot,
    snapshot_of,
    snapshot_size,
)
from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.frame import Frame
from watchkeeper.records.administration import GenesisRecord


class Keeper:
    """Gives the state that a start found, and writes the next snapshots.

    `used` is the snapshot that the start went by, or None.
    """

    def __init__(  # noqa: PLR0913 - what a snapshot is made of
        self,
        files: Files,
        layout: Layout,
        custody: Custody,
        *,
        genesis: GenesisRecord,
        places: Places,
        frame: Callable[[int], Frame],
        used: Snapshot | None,
    ) -> None:
        self._files, self._layout, self._custody, self._genesis = files, layout, custody, genesis
        self._places, self._frame, self._used = places, frame, used

    @property
    def size(self) -> int:
        """How many records the newest snapshot counts; 0 without one."""
        return snapshot_size(self._layout, most=len(self._places))

    def load(self) -> tuple[int, bytes] | None:
        """Return how many records a snapshot counts, and the state that it holds, or None."""
        # What the start read is given out once: it can be large, and is on the disk.
        kept, self._used = self._used, None
        if kept is None and self.size:
            most = len(self._places)
            found = load_snapshot(self._files, self._layout, self._genesis, most=most)
            if found is not None and found[0].keyid == self._custody.signer.keyid:
                kept = found[0]
        return None if kept is None else (kept.count, kept.state)

    def write(self, publication: Publication, state: bytes) -> None:
        """Write a snapshot of what is published, which `state` is what it adds up to.

        Raises:
            LedgerError: the last record can not be read.
            OSError: the disk fails.
        """
        made = snapshot_of(
            self._layout,
            self._frame,
            self._places,
            publication.tree,
            self._custody.history.changes(),
            state,
        )
        keep_snapshot(self._files, self._layout, made, self._custody.signer)

    def scrub(
        self, publication: Publication, on_damage: Callable[[WatchkeeperError], None]
    ) -> Scrub | None:
        """Read in the background what the start did not read; None where it read everything."""
        if self._used is None:
            return None
        return Scrub(
            self._files,
            self._layout,
            publication.beside(),
            count=self._used.count,
            root=self._used.tree().root(),
            on_damage=on_damage,
        )
