"""The ledger of one home, open for writing by this process alone (`ports.Log`)."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from watchkeeper.adapters.keys import TokenAccess
from watchkeeper.adapters.posix.custody import Custody, Keyring, Watch, Watcher
from watchkeeper.adapters.posix.erasing import Eraser, resume, tails
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.publication import Publication, catch_up
from watchkeeper.adapters.posix.recovery import Opened, recover
from watchkeeper.adapters.posix.segments import Places, Recovered, read_one, scan
from watchkeeper.adapters.posix.writer import Post, Writer
from watchkeeper.adapters.secret import load_secret
from watchkeeper.adapters.witnessing import Witnessing, load_policy
from watchkeeper.errors import (
    EntryTooLarge,
    FrameInvalid,
    HomeInvalid,
    HomeLocked,
    KeyUnsafe,
    LedgerError,
    LogUnavailable,
    WatchkeeperError,
    cut,
)
from watchkeeper.ledger.canonical import parse_json_unverified, render_json
from watchkeeper.ledger.envelope import read_own_record, seal
from watchkeeper.ledger.erasure import parse_stub
from watchkeeper.ledger.frame import MAX_PAYLOAD_BYTES, Frame
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ledger.tiles import check_entry
from watchkeeper.ports import Clock, Signer, Ticket, WitnessState
from watchkeeper.records.bundle import Level
from watchkeeper.records.custody import Doubt, KeyTerm
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload, Record

PUBLISH_SECONDS = 1.0
WANTED_SECONDS = 0.05
SYNCED = struct.Struct(">QQ")
"""The file `synced`: 1 while a writer has the home open, and how many records are durable."""

_log = logging.getLogger("watchkeeper.log")


def open_home(  # noqa: PLR0913 - what a home needs of the world
    path: Path,
    *,
    clock: Clock,
    files: Files | None = None,
    publish_seconds: float = PUBLISH_SECONDS,
    witnessing: bool = False,
    access: TokenAccess | None = None,
    watch: Watch | None = None,
) -> PosixLog:
    """Open a home for writing: lock it, recover what a crash left, publish.

    With `witnessing` each checkpoint is submitted to the witnesses of the home's policy.
    `access` says how tokens are reached, where one holds a key of the home; `watch` what the home
    is held against, so that a restored or copied one is recognised (`doubts`).

    Raises:
        HomeLocked: another process has it open.
        HomeInvalid: no home, or a part of it is missing.
        KeyUnsafe: a key that others may read, or none.
        KeyUnavailable: the token that holds a key is not there.
        FrameInvalid: damage in a segment, with file and offset.
        LogInconsistent: the records do not extend what was signed.
        NoteInvalid: a checkpoint kept elsewhere is none of this log.
        LogUnavailable: the disk fails.
        PolicyInvalid: the home's witness policy does not parse, or is for another log.
    """
    files = files or Files()
    layout = Layout(Path(path))
    lock = _lock(layout)
    try:
        _check_folders(layout)
        keyring = Keyring(files, layout.keys, access)
        secret = load_secret(layout.secret)
        opened = recover(files, layout, keyring)
        log = PosixLog(layout, files, keyring, opened, lock, clock, publish_seconds, secret)
    except OSError as error:
        os.close(lock)
        raise LogUnavailable(f"can not open the home {cut(path)}: {error.strerror}") from None
    except BaseException:
        os.close(lock)
        raise
    resume(log)
    try:
        if watch is not None:
            log.begin_watching(watch)
        if witnessing:
            log.begin_witnessing()
    except BaseException:
        log.close()
        raise
    return log


class PosixLog:
    """One home's log. Every method may be called from any thread.

    `recovered` is the torn tail that was cut off at the start, or None; `last_at` the time of the
    newest record, before which no new one may lie; `publication_failure` why the published log is
    behind, or None.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - made by `open_home` alone
        self,
        layout: Layout,
        files: Files,
        keyring: Keyring,
        opened: Opened,
        lock: int,
        clock: Clock,
        publish_seconds: float,
        secret: bytes,
    ) -> None:
        self.secret = secret
        self.layout, self.genesis = layout, opened.genesis
        self.recovered: Recovered | None = opened.recovered
        self.publication_failure: WatchkeeperError | None = None
        self._files, self._clock, self._lock = files, clock, lock
        self._custody = Custody(keyring, opened.keys, opened.record_signer, self._publish_keys)
        self._sealing = threading.RLock()
        self._watcher: Watcher | None = None
        self._places: Places = opened.places
        self._publication: Publication = opened.publication
        self._publishing = threading.Lock()
        self._wake = threading.Event()
        self._wanted = threading.Event()
        self._closing = False
        self._readers: dict[int, int] = {}
        self._reading = threading.Lock()
        self._synced = files.open(layout.synced, os.O_RDWR | os.O_CREAT, 0o644)
        self._note_synced(len(self._places))
        self._writer = Writer(
            files,
            layout,
            shard=opened.genesis.shard,
            places=opened.places,
            tail=opened.tail,
            last_at=opened.last_at,
            on_synced=self._note_synced,
        )
        self._witnessing = Witnessing(
            layout.log, layout.witness_states, self._writer.deliver, self._wanted.set
        )
        self._witnessing.published(self._publication.checkpoint, self._publication.published)
        self._eraser = Eraser(files, layout, self)
        self._publisher = threading.Thread(
            target=self._publish_often,
            args=(publish_seconds,),
            name="watchkeeper-publish",
            daemon=True,
        )
        self._publisher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def origin(self) -> str:
        """The log's origin, `<name>/<shard>`."""
        return self.genesis.origin

    @property
    def size(self) -> int:
        """How many records have an index, durable or not."""
        return self._writer.next

    @property
    def durable_size(self) -> int:
        """How many records are durable."""
        return len(self._places)

    @property
    def published_size(self) -> int:
        """How many records the newest published checkpoint covers."""
        return self._publication.published

    @property
    def last_at(self) -> Instant:
        """The time of the newest record; a record before it is refused."""
        return self._writer.last_at

    def append(self, record: Record, payload: Payload | None = None) -> Ticket:
        """Seal the record, give it the next index and queue it; does not wait.

        Raises:
            LogUnavailable: the log can not be written now; nothing was queued.
            EntryTooLarge: the record is over 65,535 bytes; nothing was queued.
            RecordInvalid: it holds what no record may hold, or is before the last one.
        """
        beside = b"" if payload is None else render_json(payload.body)
        if len(beside) > MAX_PAYLOAD_BYTES:
            raise EntryTooLarge(f"a payload of {len(beside)} bytes")
        # Nothing may take an index between a change of the key and the records after it.
        with self._sealing:
            self._custody.settle()
            if record.kind is Kind.KEY_ROTATION:
                return self._change_key(record, beside)
            return self._submit(record, beside)

    def _submit(self, record: Record, beside: bytes) -> Ticket:
        envelope = seal(record, self._custody.signer)
        check_entry(envelope)
        return self._writer.submit(envelope, beside, record.predicate.at)

    def _change_key(self, record: Record, beside: bytes) -> Ticket:
        self._custody.check(self._writer.next, record.predicate)
        ticket = self._submit(record, beside)
        self._custody.queued(record.predicate, ticket)
        ticket.when_done(lambda _: self._settle_key())
        return ticket

    def key_terms(self) -> list[KeyTerm]:
        """Return the record keys and the indexes at which each counts."""
        return list(self._custody.history.terms)

    def next_key(self, uri: str | None) -> Signer:
        """Make the record key that is to take over, or open it where `uri` says it lives.

        Durable when this returns. It counts from the `key-rotation` record on that names it.

        Raises:
            KeyUnsafe, KeyUnavailable, SettingsInvalid: there is no such key, or it can not be kept.
        """
        with self._sealing:
            return self._custody.prepare(uri)

    def _settle_key(self) -> None:
        with self._sealing:
            self._custody.settle()

    def _publish_keys(self, terms: list[KeyTerm]) -> None:
        with self._publishing:
            self._publication.publish_keys(terms)

    def entry(self, index: int) -> Entry:
        """Read one durable record back.

        Raises:
            LedgerError: there is no such durable record, or the disk fails.
        """
        return entry_of(self.frame(index), self.genesis.shard)

    def envelope(self, index: int) -> bytes:
        """Return the bytes of one log entry."""
        return self.frame(index).envelope

    def frame(self, index: int) -> Frame:
        """Read one frame back from its segment."""
        if not 0 <= index < len(self._places):
            raise LedgerError(f"no durable record {index} in a log of {len(self._places)}")
        number, offset = self._places.of(index)
        try:
            # Nobody may close the file while it is read: an erasure puts another in its place.
            with self._reading:
                frame = read_one(self._files, self._reader(number), offset)
        except OSError as error:
            raise LogUnavailable(f"record {index} can not be read: {error.strerror}") from None
        if frame.index != index:
            raise FrameInvalid(f"record {frame.index} where {index} should be")
        return frame

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Read durable records back, in order, from `start`."""
        for frame in self.frames(start, len(self._places)):
            yield entry_of(frame, self.genesis.shard)

    def frames(self, start: int, end: int) -> Iterator[Frame]:
        """Read the frames of durable records back, `start` to `end`."""
        while start < end:
            number, offset = self._places.of(start)
            before = start
            for frame in scan(self._files, self.layout.segment(number), offset):
                if start == end or frame.index != start:
                    break
                yield frame
                start += 1
            if start == before:
                raise FrameInvalid(f"record {start} can not be read at offset {offset}")

    def deliver_with(self, post: Post) -> None:
        """Run completions of tickets through `post`, one call for each batch written."""
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

    def torn_tails(self) -> int:
        """Return how many torn tails are kept aside after crashes."""
        return len(tails(self.layout))

    def begin_erasure(self) -> None:
        """Note durably that the record of an erasure comes next; it begins a new segment.

        Raises:
            LogUnavailable: the disk fails; nothing was noted.
        """
        self._eraser.begin(len(self._places))
        self._writer.roll()

    def finish_erasures(self) -> int:
        """Remove what durable erasure records say is erased; return how many payloads that were.

        Raises:
            LedgerError: something stands against it; what is done stays done, the rest is tried
                again at the next start, or when this is called again.
        """
        return self._eraser.finish()

    def publish_now(self) -> int:
        """Publish what is durable and return how many records that is.

        Raises:
            LogUnavailable: the published log can not be written; the truth is not touched.
        """
        with self._publishing:
            publication, size = self._publication, len(self._places)
            try:
                if size > publication.published:
                    publication.flush()
                    catch_up(publication, self.frames(publication.size, size))
                    publication.commit()
                    self._keep()
            except OSError as error:
                failure = LogUnavailable(f"the log can not be published: {error.strerror}")
                self.publication_failure = failure
                raise failure from None
            self.publication_failure = None
            raw, size = publication.checkpoint, publication.published
        self._witnessing.published(raw, size)
        return size

    def begin_witnessing(self) -> None:
        """Submit every checkpoint from now on to the witnesses of the home's policy.

        Raises:
            PolicyInvalid: it does not parse, or is for another log.
            LogUnavailable: it can not be published.
        """
        found = load_policy(self.layout.witness_policy, parse_vkey(self.genesis.log_key))
        if found is not None:
            try:
                self._publication.publish_policy(found[0])
            except OSError as error:
                raise LogUnavailable(f"can not publish the policy: {error.strerror}") from None
        policy = None if found is None else found[1]
        self._witnessing.begin(policy, lambda: self._clock.wall() // 1_000_000, self._cosign)

    def when_covered(
        self, ref: Ref, level: Level, callback: Callable[[WatchkeeperError | None], None]
    ) -> Callable[[], None]:
        """Call back once a checkpoint of `level` covers a record; returns how to take that back."""
        return self._witnessing.coverage.when(ref.index, level, callback)

    def uncoverable(self, level: Level) -> str | None:
        """Return why no record can reach `level` as things stand, or None if one may."""
        return self._witnessing.uncoverable if level is Level.WITNESSED else None

    def witnesses(self) -> tuple[WitnessState, ...]:
        """Return how things stand with each witness that this home asks."""
        return self._witnessing.states()

    def begin_watching(self, watch: Watch) -> None:
        """Hold the home against what was seen elsewhere, and keep its checkpoints there too.

        Raises:
            NoteInvalid, HomeInvalid, LogUnavailable: as `Watcher.look` says.
        """
        key = parse_vkey(self.genesis.log_key)
        try:
            watcher = Watcher(self._files, self.layout, key, watch)
            watcher.look()
        except OSError as error:
            where = cut(self.layout.root)
            raise LogUnavailable(f"can not mark the home {where}: {error.strerror}") from None
        self._watcher = watcher
        self._keep()

    def doubts(self) -> tuple[Doubt, ...]:
        """Return what speaks against this home: it may be a restored or a copied one."""
        return () if self._watcher is None else self._watcher.doubts

    def settle_doubts(self) -> None:
        """A person took the home up again, and the record of it is durable: go on from here."""
        if self._watcher is not None:
            try:
                self._watcher.settle()
            except OSError as error:
                # The record stands: the next start settles what is left.
                _log.warning("the home was adopted, its marks not all: %s", error.strerror)

    def _keep(self) -> None:
        if self._watcher is not None:
            self._watcher.keep((self.layout.log / "checkpoint").read_bytes())

    def close(self) -> None:
        """Write what waits, publish, and let go of the home."""
        if self._closing:
            return
        self._closing = True
        self._writer.close()
        self._wake.set()
        self._wanted.set()
        self._publisher.join()
        self._settle_key()
        try:
            self.publish_now()
        except LedgerError as error:
            _log.warning("the last records are durable, but not published: %s", error)
        self._witnessing.close()
        self._note_synced(len(self._places), live=0)
        for fd in (*self._readers.values(), self._synced, self._lock):
            with suppress(OSError):
                os.close(fd)

    def _publish_often(self, seconds: float) -> None:
        while True:
            self._wanted.wait(seconds)
            if self._wake.is_set():
                return
            self._wanted.clear()
            try:
                self.publish_now()
            except LedgerError as error:
                _log.warning("%s", error)
            except Exception:  # noqa: BLE001
                # The truth goes on without it; what is unpublished is tried again.
                _log.exception("the log can not be published")
            # However many wait: so many checkpoints a second, and no more.
            self._wake.wait(WANTED_SECONDS)

    def _cosign(self, raw: bytes, *, quorum: bool) -> None:
        with self._publishing:
            self._publication.cosign(raw, quorum=quorum)

    def _note_synced(self, count: int, live: int = 1) -> None:
        # Only a hint to readers in other processes: it is never a reason to fail.
        with suppress(OSError):
            os.pwrite(self._synced, SYNCED.pack(live, count), 0)

    def _reader(self, number: int) -> int:
        fd = self._readers.get(number)
        if fd is None:
            while len(self._readers) >= 64:
                os.close(self._readers.pop(next(iter(self._readers))))
            fd = self._files.open(self.layout.segment(number), os.O_RDONLY)
            self._readers[number] = fd
        return fd

    def segment_of(self, index: int) -> int:
        """Return the number of the segment in which a durable record stands."""
        return self._places.of(index)[0]

    @property
    def segment_in_writing(self) -> int:
        """The number of the segment that is being written."""
        return self._writer.segment

    def let_go(self, number: int) -> None:
        """Close what is open of a segment: another file stands in its place."""
        with self._reading:
            fd = self._readers.pop(number, None)
            if fd is not None:
                os.close(fd)


def entry_of(frame: Frame, shard: int) -> Entry:
    """Parse what a frame holds. The signature is for `verify` to check."""
    ref, record = Ref(shard, frame.index), read_own_record(frame.envelope)
    body = parse_json_unverified(frame.payload) if frame.payload else None
    erased = parse_stub(body)
    if body is None or erased is not None:
        return Entry(ref, record, None, erased)
    return Entry(ref, record, Payload(body))


def _lock(layout: Layout) -> int:
    try:
        fd = os.open(layout.lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise HomeInvalid(
            f"not a home: {cut(layout.root)} ({error.strerror})", "`watchkeeper init` makes one"
        ) from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            raise HomeLocked(f"another process has {cut(layout.root)} open") from None
        raise LogUnavailable(f"can not lock {cut(layout.root)}: {error.strerror}") from None
    return fd


def _check_folders(layout: Layout) -> None:
    for part in (layout.keys, layout.segments, layout.log):
        if not part.is_dir():
            raise HomeInvalid(f"a home without its folder {cut(part.name)}: {cut(layout.root)}")
    for private in (layout.keys, layout.segments):
        mode = private.stat().st_mode & 0o777
        if mode & 0o077:
            raise KeyUnsafe(
                f"a private folder that others may enter: {cut(private)} has mode {mode:03o}",
                f"run `chmod 700 {private}`",
            )
