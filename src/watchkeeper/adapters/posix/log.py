"""The ledger of one home, open for writing by this process alone (`ports.Log`)."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from watchkeeper.adapters.keys import TokenAccess
from watchkeeper.adapters.posix.custody import Keyring, Watch
from watchkeeper.adapters.posix.erasing import Eraser, resume
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout, newest_shard, numbers_here
from watchkeeper.adapters.posix.reader import ReadOnlyLog, entry_of, read_shard
from watchkeeper.adapters.posix.recovery import Opened, recover
from watchkeeper.adapters.posix.shards.begin import (
    Beginning,
    Keys,
    begin_shard,
    check_shards,
    end_shard,
    following_genesis,
)
from watchkeeper.adapters.posix.shards.begun import check_begun, mark
from watchkeeper.adapters.posix.shards.current import Current
from watchkeeper.adapters.posix.shards.published import Published
from watchkeeper.adapters.posix.shards.taking import check_folders, take_lock
from watchkeeper.adapters.secret import load_secret
from watchkeeper.errors import (
    LedgerError,
    LogUnavailable,
    NotCovered,
    PolicyInvalid,
    WatchkeeperError,
    cut,
)
from watchkeeper.ports import Clock, Signer
from watchkeeper.records.administration import Carried
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.tools import Level
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload

PUBLISH_SECONDS = 1.0
WANTED_SECONDS = 0.05

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
        LogInconsistent: the records do not extend what was signed, or are another home's.
        NoteInvalid: a checkpoint kept elsewhere is none of this log.
        LogUnavailable: the disk fails.
        PolicyInvalid: the home's witness policy does not parse, or is for another log.
    """
    files = files or Files()
    layout = newest_shard(Path(path))
    lock = take_lock(layout)
    try:
        check_folders(layout)
        check_shards(files, layout)
        keyring = Keyring(files, layout.keys, access)
        secret = load_secret(layout.secret)
        check_begun(files, layout, secret)
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


class PosixLog(Current):
    """One home's log (`ports.Log`). Every method may be called from any thread.

    Where no shard is named, the newest one is meant, which is written to.
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
        super().__init__(files, keyring, clock)
        self.secret, self._lock = secret, lock
        self._wake = threading.Event()
        self._closing = self._witnessed = False
        self._watch: Watch | None = None
        self._older: dict[int, ReadOnlyLog] = {}
        self._ended: tuple[int, Published, threading.Thread] | None = None
        self._eraser = Eraser(files, layout.root, self)
        self._take(layout, opened)
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
    def shards(self) -> tuple[int, ...]:
        """The numbers of the shards that are here, the newest last."""
        return numbers_here(self.layout.root)

    def size_of(self, shard: int) -> int:
        """How many durable records a shard has.

        Raises:
            HomeInvalid: the shard is not here.
        """
        return len(self._places) if shard == self.shard else self._shard(shard).size

    def snapshot(self, shard: int | None = None) -> tuple[int, bytes] | None:
        """Return how many records a snapshot counts, and the state that it holds, or None."""
        if shard not in {None, self.shard}:
            return self._shard(shard or 0).snapshot()
        return self._keeper.load()

    def entry(self, ref: Ref) -> Entry:
        """Read one durable record back.

        Raises:
            LedgerError: there is no such durable record, its shard is not here, or the disk fails.
        """
        if ref.shard != self.shard:
            return self._shard(ref.shard).entry(ref)
        return entry_of(self.frame(ref.index), ref.shard)

    def entries(self, start: int = 0, shard: int | None = None) -> Iterator[Entry]:
        """Read durable records of a shard back, in order, from `start`; default: the newest.

        Raises:
            LedgerError: the shard is not here.
        """
        if shard not in {None, self.shard}:
            yield from self._shard(shard or 0).entries(start)
            return
        for frame in self.frames(start, len(self._places)):
            yield entry_of(frame, self.shard)

    def _shard(self, number: int) -> ReadOnlyLog:
        """Return an older shard; no record moves in it, so what is known of it stays.

        Nothing of it is held open: what is erased there is gone with the file that held it.
        """
        if not Layout(self.layout.root, number).segments.is_dir():
            self._older.pop(number, None)  # it was moved away in the meantime
        if number not in self._older:
            self._older[number] = read_shard(self.layout.root, number)
        return self._older[number]

    def segment_of(self, index: int, shard: int) -> int:
        """Return the number of the segment in which a durable record stands."""
        if shard != self.shard:
            return self._shard(shard).segment_of(index)
        return self._frames.segment_of(index)

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

    def roll(
        self, at: Instant, carried: Carried, payload: Payload, *, new_log_key: bool = False
    ) -> None:
        """End the shard and begin the next one: all of it or nothing, also through a crash.

        What is queued is written first, and the final checkpoint is published. With `new_log_key`
        a new key signs the checkpoints of the next shard.

        Raises:
            LogUnavailable: nothing was begun; what was queued may not have been written.
            PolicyInvalid: the witness policy names this log's key, and would be for another one.
        """
        if new_log_key and self._published.policy_names_logs():
            raise PolicyInvalid(
                "the home's witness policy names the key that is to be changed",
                "take its `log` lines out, and give the new one to the witnesses afterwards",
            )
        self._writer.close()
        try:
            final = self._finish()
            uri, log_signer = self._log_key(new=new_log_key)
            following = Layout(self.layout.root, self.shard + 1)
            custody = self._sealing.custody
            keys = Keys(custody.signer, log_signer, custody.history.in_force(), self.secret)
            beginning = Beginning(at, carried, payload, final)
            begin_shard(self._files, following, following_genesis(self.genesis, beginning, keys))
        except (OSError, LedgerError) as error:
            self._go_on(error)
            raise LogUnavailable(f"no new shard was begun: {_cause(error)}") from None
        try:
            if uri is not None:
                self._keyring.use_log_key(uri)
            self._move_to(following)
        except (OSError, LedgerError) as error:
            what = f"the new shard can not be opened: {_cause(error)}"
            self._writer.condemn(LogUnavailable(what, "mend the disk and start again"))
            raise LogUnavailable(what) from None

    def _finish(self) -> bytes:
        """Finish what is under way in the shard, publish its final checkpoint and return it.

        Raises:
            LedgerError: not everything that was queued is durable, an erasure can not be finished,
                or it can not be published.
        """
        if self._writer.next != len(self._places):
            raise LogUnavailable("what was queued could not be written")
        self._sealing.settle()
        self._eraser.finish()
        self.publish_now()
        return self.layout.newest.read_bytes()

    def _log_key(self, *, new: bool) -> tuple[str | None, Signer]:
        """Return the key of the next shard's checkpoints, and where it lives if it is a new one."""
        if new:
            return self._keyring.new_log_key()
        return None, self._log_signer

    def _go_on(self, error: Exception) -> None:
        """Write to the same shard again; where it is not sure which one counts, to none."""
        tail, last_at = self._writer.synced()
        self._sealing.writer = self._write_on(tail, last_at)
        if Layout(self.layout.root, self.shard + 1).segments.is_dir():
            what = f"a new shard was begun, and may not be durable: {_cause(error)}"
            self._writer.condemn(LogUnavailable(what, "start it again: the home says which holds"))

    def _move_to(self, following: Layout) -> None:
        opened = recover(self._files, following, self._keyring)
        if self._scrub is not None:
            self._scrub.stop()
        self._let_go(live=0)
        try:
            end_shard(self._files, self.layout)
            # What was taken over is what this process itself had added up.
            mark(self._files, following, self.secret)
        except OSError as error:
            _log.warning("the old shard is marked at the next start: %s", error.strerror)
        self._published.succeeded_by(following)
        self._end(self._published)
        self._take(following, opened)
        if self._watch is not None:
            self._published.begin_watching(self._watch)
        if self._witnessed:
            self._published.begin_witnessing(self._clock)

    def _end(self, published: Published) -> None:
        """Give the witnesses time for the final checkpoint of the shard, beside the next one."""
        self._join_ended()
        ending = threading.Thread(target=published.close, name="watchkeeper-ended", daemon=True)
        ending.start()
        self._ended = (self.shard, published, ending)

    def _join_ended(self) -> None:
        if self._ended is not None:
            self._ended[2].join()

    def begin_witnessing(self) -> None:
        """Submit every checkpoint from now on to the witnesses of the home's policy.

        Raises:
            PolicyInvalid: it does not parse, or is for another log.
            LogUnavailable: it can not be published.
        """
        self._published.begin_witnessing(self._clock)
        self._witnessed = True

    def when_covered(
        self, ref: Ref, level: Level, callback: Callable[[WatchkeeperError | None], None]
    ) -> Callable[[], None]:
        """Call back once a checkpoint of `level` covers a record; returns how to take that back."""
        if ref.shard == self.shard:
            return self._published.when_covered(ref.index, level, callback)
        if self._ended is not None and self._ended[0] == ref.shard:
            return self._ended[1].when_covered(ref.index, level, callback)
        gone = NotCovered(f"shard {ref.shard} was ended before a checkpoint covered the record")
        self._writer.deliver(lambda: callback(gone))
        return lambda: None

    def begin_watching(self, watch: Watch) -> None:
        """Hold the home against what was seen elsewhere, and keep its checkpoints there too.

        Raises:
            NoteInvalid, HomeInvalid, LogUnavailable: as `Watcher.look` says.
        """
        self._published.begin_watching(watch)
        self._watch = watch

    def close(self) -> None:
        """Write what waits, publish, and let go of the home."""
        if self._closing:
            return
        self._closing = True
        if self._scrub is not None:
            self._scrub.stop()
        self._writer.close()
        self._wake.set()
        self._wanted.set()
        self._publisher.join()
        self._sealing.settle()
        try:
            self.publish_now()
        except LedgerError as error:
            _log.warning("the last records are durable, but not published: %s", error)
        self._published.close()
        self._join_ended()
        self._let_go(live=0)
        with suppress(OSError):
            os.close(self._lock)

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


def _cause(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
