"""The shard of a home's log that is written to."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from watchkeeper.adapters.posix.custody import Custody, Keyring
from watchkeeper.adapters.posix.erasing import tails
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.reader import SYNCED
from watchkeeper.adapters.posix.recovery import Opened
from watchkeeper.adapters.posix.segments import Places, Recovered, Tail
from watchkeeper.adapters.posix.shards.frames import Frames
from watchkeeper.adapters.posix.shards.published import Published
from watchkeeper.adapters.posix.shards.sealing import Sealing
from watchkeeper.adapters.posix.snapshots import Keeper, Scrub
from watchkeeper.adapters.posix.writer import Post, Writer
from watchkeeper.errors import LedgerError, WatchkeeperError
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ports import Clock, Signer, Ticket, WitnessState
from watchkeeper.records.custody import Doubt, KeyTerm
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.tools import Level
from watchkeeper.records.statement import Payload, Record

_log = logging.getLogger("watchkeeper.log")


class Current:
    """One shard, open for writing. Every method may be called from any thread.

    `recovered` is the torn tail that was cut off at the start, or None; `last_at` the time of the
    newest record, before which no new one may lie; `publication_failure` why the published log is
    behind, or None.
    """

    def __init__(self, files: Files, keyring: Keyring, clock: Clock) -> None:
        self._files, self._keyring, self._clock = files, keyring, clock
        self._post: Post | None = None
        self._wanted = threading.Event()

    def _take(self, layout: Layout, opened: Opened) -> None:
        """Write to this shard from now on."""
        self.layout, self.genesis = layout, opened.genesis
        self.recovered: Recovered | None = opened.recovered
        self._places: Places = opened.places
        self._log_signer = opened.log_signer
        self._frames = Frames(self._files, layout, opened.places)
        self._synced = self._files.open(layout.synced, os.O_RDWR | os.O_CREAT, 0o644)
        self._note_synced(len(self._places))
        self._published = Published(
            self._files,
            layout,
            parse_vkey(opened.genesis.log_key),
            opened.publication,
            self._frames,
            deliver=self._deliver,
            hurry=self._wanted.set,
        )
        publish_keys = self._published.publish_keys
        custody = Custody(self._keyring, opened.keys, opened.record_signer, publish_keys)
        self._sealing = Sealing(custody, self._write_on(opened.tail, opened.last_at))
        self._keeper = Keeper(
            self._files,
            layout,
            custody,
            genesis=opened.genesis,
            places=opened.places,
            frame=self._frames.one,
            used=opened.snapshot,
        )
        self._scrub = self._keeper.scrub(opened.publication, self._writer.condemn)

    def _write_on(self, tail: Tail, last_at: Instant) -> Writer:
        self._writer = Writer(
            self._files,
            self.layout,
            shard=self.genesis.shard,
            places=self._places,
            tail=tail,
            last_at=last_at,
            on_synced=self._note_synced,
        )
        if self._post is not None:
            self._writer.deliver_with(self._post)
        return self._writer

    @property
    def origin(self) -> str:
        """The log's origin, `<name>/<shard>`."""
        return self.genesis.origin

    @property
    def shard(self) -> int:
        """The number of the shard that is written to."""
        return self.genesis.shard

    @property
    def size(self) -> int:
        """How many records of the shard have an index, durable or not."""
        return self._writer.next

    @property
    def durable_size(self) -> int:
        """How many records are durable."""
        return len(self._places)

    @property
    def published_size(self) -> int:
        """How many records the newest published checkpoint covers."""
        return self._published.size

    @property
    def publication_failure(self) -> WatchkeeperError | None:
        """Why the published log is behind, or None."""
        return self._published.failure

    @property
    def last_at(self) -> Instant:
        """The time of the newest record; a record before it is refused."""
        return self._writer.last_at

    @property
    def kept_size(self) -> int:
        """How many records the newest snapshot counts; 0 without one."""
        return self._keeper.size

    @property
    def scrub(self) -> Scrub | None:
        """What reads the records that the start did not read; None where it read them all."""
        return self._scrub

    def keep(self, state: bytes) -> bool:
        """Write a snapshot of all there is; `state` is what all of it adds up to.

        False where that can not be done now; nothing is lost by it.
        """
        try:
            self.publish_now()
            self._sealing.settle()
            return self._published.keep_snapshot(self._keeper, self.size, state)
        except (OSError, LedgerError) as error:
            _log.warning("no snapshot was written: %s", error)
            return False

    def append(self, record: Record, payload: Payload | None = None) -> Ticket:
        """Seal the record, give it the next index and queue it; does not wait.

        Raises:
            LogUnavailable: the log can not be written now; nothing was queued.
            EntryTooLarge: the record is over 65,535 bytes; nothing was queued.
            RecordInvalid: it holds what no record may hold, or is before the last one.
        """
        return self._sealing.append(record, payload)

    def key_terms(self) -> list[KeyTerm]:
        """Return the record keys and the indexes at which each counts."""
        return self._sealing.key_terms()

    def next_key(self, uri: str | None) -> Signer:
        """Make the record key that is to take over, or open it where `uri` says it lives.

        Durable when this returns. It counts from the `key-rotation` record on that names it.

        Raises:
            KeyUnsafe, KeyUnavailable, SettingsInvalid: there is no such key, or it can not be kept.
        """
        return self._sealing.next_key(uri)

    def envelope(self, index: int) -> bytes:
        """Return the bytes of one log entry."""
        return self.frame(index).envelope

    def frame(self, index: int) -> Frame:
        """Read one frame back from its segment."""
        return self._frames.one(index)

    def frames(self, start: int, end: int) -> Iterator[Frame]:
        """Read the frames of durable records back, `start` to `end`."""
        return self._frames.some(start, end)

    def _deliver(self, act: Callable[[], None]) -> None:
        self._writer.deliver(act)

    def _let_go(self, live: int) -> None:
        self._note_synced(len(self._places), live=live)
        self._frames.close()
        with suppress(OSError):
            os.close(self._synced)

    def deliver_with(self, post: Post) -> None:
        """Run completions of tickets through `post`, one call for each batch written."""
        self._post = post
        self._writer.deliver_with(post)

    def failure(self) -> WatchkeeperError | None:
        """Return why the log can not be written now, or None while it can."""
        return self._writer.failure

    def heal(self) -> bool:
        """Prove what the disk holds and go on; True if the log can be written now."""
        return self._writer.heal()

    def free_bytes(self) -> int:
        """Return how much room is left on the disk that holds the truth; 0 if that is gone."""
        try:
            return self._files.free_bytes(self.layout.segments)
        except OSError:
            return 0

    def torn_tails(self, shard: int | None = None) -> int:
        """Return how many torn tails of a shard (default: the newest) are kept after crashes."""
        number = self.shard if shard is None else shard
        return len(tails(Layout(self.layout.root, number)))

    @property
    def segment_in_writing(self) -> int:
        """The number of the segment that is being written."""
        return self._writer.segment

    def let_go(self, number: int) -> None:
        """Close what is open of a segment: another file stands in its place."""
        self._frames.let_go(number)

    def publish_now(self) -> int:
        """Publish what is durable and return how many records that is.

        Raises:
            LogUnavailable: the published log can not be written; the truth is not touched.
        """
        return self._published.publish(len(self._places))

    def uncoverable(self, level: Level) -> str | None:
        """Return why no record can reach `level` as things stand, or None if one may."""
        return self._published.uncoverable(level)

    def witnesses(self) -> tuple[WitnessState, ...]:
        """Return how things stand with each witness that this home asks."""
        return self._published.witnesses()

    def doubts(self) -> tuple[Doubt, ...]:
        """Return what speaks against this home: it may be a restored or a copied one."""
        return self._published.doubts()

    def settle_doubts(self) -> None:
        """A person took the home up again, and the record of it is durable: go on from here."""
        self._published.settle_doubts()

    def _note_synced(self, count: int, live: int = 1) -> None:
        # Only a hint to readers in other processes: it is never a reason to fail.
        with suppress(OSError):
            os.pwrite(self._synced, SYNCED.pack(live, count), 0)
