"""The one writer: drains what waits, writes once, syncs once, then wakes the waiters.

Nothing is reported as durable before `fdatasync` returned. After any failure nothing is written
until `heal` proved what the disk holds: a later sync that succeeds says nothing about an earlier
one that failed.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import SEGMENT_BYTES, Layout
from watchkeeper.adapters.posix.segments import Places, Tail, check_segment
from watchkeeper.errors import LedgerError, LogUnavailable, RecordInvalid, WatchkeeperError
from watchkeeper.ledger.frame import render_frame
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

BATCH_BYTES = 4 << 20
Callback = Callable[[WatchkeeperError | None], None]
Post = Callable[[Callable[[], None]], None]

_PROBE = ".probe"
_PROBE_BYTES = 1 << 17
_log = logging.getLogger("watchkeeper.log")


class PosixTicket:
    """A record on its way to the disk (`ports.Ticket`)."""

    __slots__ = (
        "_callbacks",
        "_done",
        "_error",
        "_waiting",
        "_writer",
        "at",
        "envelope",
        "payload",
        "ref",
    )

    def __init__(
        self, writer: Writer, ref: Ref, at: Instant, envelope: bytes, payload: bytes
    ) -> None:
        self.ref = ref
        self.at = at
        self.envelope = envelope
        self.payload = payload
        self._writer = writer
        self._done = False
        self._error: WatchkeeperError | None = None
        self._callbacks: list[Callback] = []
        self._waiting = threading.Lock()
        self._waiting.acquire()

    def wait(self, timeout: float | None = None) -> None:
        """Block until the record is durable.

        Raises:
            LogUnavailable: the record was not and will not be written.
            TimeoutError: not yet known after `timeout` seconds.
        """
        if not self._done:
            if not self._waiting.acquire(timeout=-1 if timeout is None else timeout):
                raise TimeoutError(f"record {self.ref} is not durable yet")
            self._waiting.release()
        if self._error is not None:
            raise LogUnavailable(self._error.message, self._error.advice)

    def when_done(self, callback: Callback) -> None:
        """Call `callback(None)` once durable, or with the error; never both, never twice."""
        with self._writer.mutex:
            if not self._done:
                self._callbacks.append(callback)
                return
        error = self._error
        self._writer.deliver(lambda: callback(error))

    def settle(self, error: WatchkeeperError | None) -> list[Callback]:
        """Note the end; the writer alone calls this, holding its mutex."""
        self._error = error
        self._done = True
        callbacks, self._callbacks = self._callbacks, []
        # The bytes are on the disk: whoever keeps the ticket should not keep them in memory.
        self.envelope = self.payload = b""
        return callbacks

    def wake(self) -> None:
        """Let go of whoever waits."""
        self._waiting.release()


class Writer:
    """Appends to the newest segment, in a thread of its own.

    `on_synced(count)` is called in that thread each time `count` records in all are durable.
    """

    def __init__(  # noqa: PLR0913 - what the truth is made of
        self,
        files: Files,
        layout: Layout,
        *,
        shard: int,
        places: Places,
        tail: Tail,
        last_at: Instant,
        on_synced: Callable[[int], None],
    ) -> None:
        self.mutex = threading.Lock()
        self.next = len(places)
        self.last_at = last_at
        self.failure: WatchkeeperError | None = None
        self._files, self._layout, self._shard = files, layout, shard
        self._places, self._tail, self._synced_at = places, tail, last_at
        self._on_synced = on_synced
        self._post: Post | None = None
        self._queue: SimpleQueue[PosixTicket | None] = SimpleQueue()
        self._healing = threading.Lock()
        self._closed = self._condemned = False
        self._roll_next = False
        self._fd = self._open_tail()
        self._thread = threading.Thread(target=self._run, name="watchkeeper-log", daemon=True)
        self._thread.start()

    def submit(self, envelope: bytes, payload: bytes, at: Instant) -> PosixTicket:
        """Give a sealed record the next index and queue it.

        Raises:
            LogUnavailable: nothing can be written now.
            RecordInvalid: its time is before that of the record before it.
        """
        with self.mutex:
            if self.failure is not None:
                raise LogUnavailable(self.failure.message, self.failure.advice)
            if at < self.last_at:
                raise RecordInvalid(
                    f"a record of {at}, before the last one of {self.last_at}",
                    "times in a log never decrease: take the later of clock and `last_at`",
                )
            ticket = PosixTicket(self, Ref(self._shard, self.next), at, envelope, payload)
            self.next += 1
            self.last_at = at
            self._queue.put(ticket)
            return ticket

    def roll(self) -> None:
        """Begin a new segment with the next write, so that no earlier record is in it."""
        self._roll_next = True

    @property
    def segment(self) -> int:
        """The number of the segment that is being written."""
        return self._tail.number

    def deliver_with(self, post: Post) -> None:
        """Run completions through `post`, once for each batch."""
        self._post = post

    def deliver(self, act: Callable[[], None]) -> None:
        """Run `act` where completions run; what it raises is logged, never lost silently."""
        try:
            if self._post is None:
                act()
            else:
                self._post(act)
        except Exception:  # noqa: BLE001 - the writer outlives what its callers do
            _log.exception("a completion of the log failed")

    def close(self) -> None:
        """Write what waits and stop."""
        with self.mutex:
            if self._closed:
                return
            self._closed = True
            self.failure = self.failure or LogUnavailable("the log is closed", "open it again")
            self._queue.put(None)
        self._thread.join()
        with suppress(OSError):
            self._files.close(self._fd)

    def condemn(self, error: WatchkeeperError) -> None:
        """Refuse every record from now on: the home is damaged, and trying again mends nothing."""
        with self.mutex:
            self._condemned = True
            self.failure = LogUnavailable(error.message, error.advice)

    def synced(self) -> tuple[Tail, Instant]:
        """Return where the synced records end, and the time of the last one."""
        return self._tail, self._synced_at

    def heal(self) -> bool:
        """Prove what the disk holds and go on from there; True if writing is possible."""
        with self._healing:
            if self._closed or self._condemned:
                return False
            if self.failure is None:
                return True
            try:
                self._recover()
            except (OSError, LedgerError) as error:
                _log.warning("the log can not be written yet: %s", error)
                return False
            with self.mutex:
                self.failure = self._damage()
            return self.failure is None

    def _damage(self) -> WatchkeeperError | None:
        return self.failure if self._condemned else None

    def _recover(self) -> None:
        files, tail = self._files, self._tail
        path = self._layout.segment(tail.number)
        with suppress(OSError):
            files.close(self._fd)
        self._fd = -1
        fd = files.open(path, os.O_RDWR)
        try:
            files.truncate(fd, tail.length)
            files.sync(fd)
            files.sync_folder(path.parent)
            check_segment(files, path, tail)
        finally:
            files.close(fd)
        self._prove_room()
        self._fd = self._open_tail()

    def _prove_room(self) -> None:
        """Write somewhere else than into the truth: a full disk lets one cut and sync all the same.

        Raises:
            OSError: there is no room, or the disk fails.
        """
        path = self._layout.root / _PROBE
        fd = self._files.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            self._files.write(fd, bytes(_PROBE_BYTES))
            self._files.sync_data(fd)
        finally:
            self._files.close(fd)
            with suppress(OSError):
                path.unlink()

    def _open_tail(self) -> int:
        path = self._layout.segment(self._tail.number)
        return self._files.open(path, os.O_WRONLY | os.O_APPEND)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            batch, stopping = self._gather()
            if not batch:
                continue
            try:
                self._write(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be acknowledged
                self._fail(batch, error)
            else:
                self._settle(batch, None)

    def _gather(self) -> tuple[list[PosixTicket], bool]:
        """Wait for a record, then take what else is there; True once the log closes."""
        batch: list[PosixTicket] = []
        room = BATCH_BYTES
        ticket = self._queue.get()
        try:
            while ticket is not None:
                batch.append(ticket)
                room -= len(ticket.envelope) + len(ticket.payload)
                if room <= 0:
                    return batch, False
                ticket = self._queue.get_nowait()
        except Empty:
            return batch, False
        return batch, True

    def _write(self, batch: list[PosixTicket]) -> None:
        asked, self._roll_next = self._roll_next, False
        if self._tail.length >= SEGMENT_BYTES or (asked and self._tail.length):
            self._roll()
        tail, start = self._tail, self._tail.length
        frames = [render_frame(t.ref.index, start, t.envelope, t.payload) for t in batch]
        data = b"".join(frames)
        self._files.write(self._fd, data)
        self._files.sync_data(self._fd)
        if not self._files.links(self._fd):
            raise OSError(errno.ENOENT, "the segment was removed")
        tail.checksum = zlib.crc32(data, tail.checksum)
        tail.length += len(data)
        self._synced_at = batch[-1].at
        for frame in frames:
            self._places.add(tail.number, start)
            start += len(frame)
        self._on_synced(len(self._places))

    def _roll(self) -> None:
        """Begin a new segment; its name is durable before anything stands in it."""
        number = self._tail.number + 1
        path = self._layout.segment(number)
        # Nothing durable can stand in it: it is left over from an attempt that failed.
        fd = self._files.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_TRUNC)
        try:
            self._files.sync(fd)
            self._files.sync_folder(path.parent)
        except BaseException:
            self._files.close(fd)
            raise
        self._files.close(self._fd)
        self._fd, self._tail = fd, Tail(number)

    def _fail(self, batch: list[PosixTicket], error: Exception) -> None:
        # What was written and not synced must not come back as a record after a crash.
        with suppress(OSError):
            self._files.truncate(self._fd, self._tail.length)
        cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
        failure = LogUnavailable(f"the log can not be written: {cause}")
        with self.mutex:
            if not (self._closed or self._condemned):
                self.failure = failure
            closing = self._drain(batch)
            self.next = len(self._places)
            self.last_at = self._synced_at
        _log.error("the log can not be written: %s; %d records refused", cause, len(batch))
        self._settle(batch, failure)
        if closing:
            self._queue.put(None)

    def _drain(self, batch: list[PosixTicket]) -> bool:
        closing = False
        while True:
            try:
                ticket = self._queue.get_nowait()
            except Empty:
                return closing
            if ticket is None:
                closing = True
            else:
                batch.append(ticket)

    def _settle(self, batch: list[PosixTicket], error: WatchkeeperError | None) -> None:
        callbacks: list[Callback] = []
        with self.mutex:
            for ticket in batch:
                callbacks += ticket.settle(error)
        for ticket in batch:
            ticket.wake()
        if callbacks:
            self.deliver(lambda: _call_all(callbacks, error))


def _call_all(callbacks: list[Callback], error: WatchkeeperError | None) -> None:
    for callback in callbacks:
        try:
            callback(error)
        except Exception:  # noqa: BLE001 - the writer outlives what its callers do
            _log.exception("a completion of the log failed")
