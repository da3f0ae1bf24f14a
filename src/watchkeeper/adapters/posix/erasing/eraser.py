"""Finishing what erasure records say: at once, and at the next start where a crash came between."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from watchkeeper.adapters.posix.erasing.intent import Intent
from watchkeeper.adapters.posix.erasing.removal import Removal
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.errors import LedgerError, LogUnavailable
from watchkeeper.ledger.erasure import ErasedBy
from watchkeeper.records.erasure import ErasureRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry

_log = logging.getLogger("watchkeeper.log")


class Truth(Protocol):
    """What an eraser needs of the log whose payloads it removes."""

    @property
    def shard(self) -> int:
        """The number of the shard that is written to."""
        ...

    def size_of(self, shard: int) -> int:
        """How many durable records a shard has."""
        ...

    @property
    def segment_in_writing(self) -> int:
        """The number of the segment that is being written."""
        ...

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Read durable records back, in order, from `start`."""
        ...

    def segment_of(self, index: int, shard: int) -> int:
        """Return the number of the segment in which a durable record stands."""
        ...

    def let_go(self, number: int) -> None:
        """Close what is open of a segment of the shard that is written to."""
        ...


class Eraser:
    """Removes payloads of one home, one erasure at a time, in whatever shard they stand.

    The records that say so stand in the shard that is written to; the note too is about that one.
    """

    def __init__(self, files: Files, root: Path, truth: Truth) -> None:
        self._files, self._root, self._truth = files, root, truth
        self._intent = Intent(files, root)
        self._one_at_a_time = threading.Lock()
        self._noting = threading.Lock()
        self._begun = 0
        self._since: int | None = None

    def begin(self, index: int) -> None:
        """Note that the record `index`, or one after it, will be an erasure.

        Raises:
            LogUnavailable: the disk fails; nothing was noted.
        """
        try:
            with self._noting:
                self._intent.note(index)
                self._since = index if self._since is None else min(self._since, index)
                self._begun += 1
        except OSError as error:
            raise LogUnavailable(f"no erasure can begin: {error.strerror}") from None

    def finish(self) -> int:
        """Remove what durable erasure records say is erased; return how many payloads that were.

        Takes as long as writing anew each segment that holds one.

        Raises:
            LedgerError: something stands against it; what is done stays done.
        """
        with self._one_at_a_time:
            try:
                return self._finish()
            except OSError as error:
                raise LogUnavailable(
                    f"the erasure is recorded and not finished: {error.strerror}",
                    "mend the disk, then run `watchkeeper log erase --resume`",
                ) from None

    def _finish(self) -> int:
        begun, since = self._begun, self._noted()
        if since is None:
            return 0
        newest, about = self._truth.shard, defaultdict[int, list[tuple[int, ErasureRecord]]](list)
        for entry in self._truth.entries(since):
            if entry.record.kind is Kind.ERASURE:
                shard = entry.record.predicate.shard
                said = (entry.ref.index, entry.record.predicate)
                about[newest if shard is None else shard].append(said)
        self._removal(newest).remove_leftovers()
        count, failed = 0, []
        for shard, found in sorted(about.items()):
            try:
                count += self._remove(shard, found)
            except (OSError, LedgerError) as error:
                failed.append(error)  # what stands against one shard does not keep the others
        if failed:
            raise failed[0]
        with self._noting:
            # One that began in the meantime may have a record that was not looked at.
            if self._begun == begun:
                self._intent.clear()
                self._since = None
        return count

    def _noted(self) -> int | None:
        """Return from where on to look: whatever became of the note, not after what began here."""
        found = [index for index in (self._intent.read(), self._since) if index is not None]
        return min(found, default=None)

    def _remove(self, shard: int, found: Sequence[tuple[int, ErasureRecord]]) -> int:
        """Remove what records say of one shard; return how many payloads that were."""
        removal = self._removal(shard)
        removal.remove_leftovers()
        erased, times = ErasedBy(found), {index: said.at for index, said in found}
        numbers = self._segments_of(shard, (said for _, said in found))
        count = sum(removal.segment(n, erased, times.__getitem__) for n in sorted(numbers))
        removal.remove_tails()
        return count

    def _removal(self, shard: int) -> Removal:
        newest, layout = self._truth.shard, Layout(self._root, shard)
        if shard == newest:
            return Removal(self._files, layout, self._truth.let_go)
        return Removal(self._files, layout, by=newest)

    def _segments_of(self, shard: int, erasures: Iterable[ErasureRecord]) -> set[int]:
        """Return the segments that hold what is erased; never the one that is being written."""
        end = self._truth.size_of(shard)
        numbers = {
            self._truth.segment_of(index, shard)
            for said in erasures
            for span in said.spans
            for index in range(max(0, span.first), min(span.end, end))
        }
        if shard == self._truth.shard and self._truth.segment_in_writing in numbers:
            raise LedgerError("an erasure of records in the segment that is being written")
        return numbers


def resume(eraser: HasErasures) -> None:
    """Finish what a crash interrupted; what stands against it is logged and stops no start."""
    try:
        eraser.finish_erasures()
    except LedgerError as error:
        _log.warning("an erasure is not finished: %s", error)


class HasErasures(Protocol):
    """A log that can finish its erasures."""

    def finish_erasures(self) -> int:
        """Remove what is recorded as erased and still there."""
        ...
