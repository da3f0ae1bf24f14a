"""A world in memory behind the ports: a log that can hold, fail and crash, a clock, and chance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from watchkeeper.errors import (
    EntryTooLarge,
    HomeInvalid,
    LedgerError,
    LogUnavailable,
    NotCovered,
    WatchkeeperError,
)
from watchkeeper.ledger.canonical import canonical, parse_json_unverified, render_json
from watchkeeper.ledger.envelope import parse_record
from watchkeeper.ledger.erasure import NEVER_ERASED, ErasedBy, kept_of, parse_stub, render_stub
from watchkeeper.ports import WitnessState
from watchkeeper.records.administration import Carried, GenesisRecord
from watchkeeper.records.custody import Doubt
from watchkeeper.records.erasure import ErasureRecord
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.plan.tools import Level
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload, Record, statement_of

ORIGIN = "example.org/desk/0"
START = parse_instant("2026-11-23T08:00:00.000000Z")
_BEFORE_ALL = Instant(-(2**62))
_MOST_BYTES = 65_535
_ROOM = 1 << 40

Callback = Callable[[WatchkeeperError | None], None]


class FakeClock:
    """Two clocks that go only where they are told; `leap` moves the wall alone."""

    def __init__(self, start: Instant = START) -> None:
        self._wall, self._mono = start, 0

    def wall(self) -> Instant:
        return self._wall

    def monotonic(self) -> int:
        return self._mono

    def advance(self, seconds: float) -> None:
        self._wall = self._wall.plus(seconds)
        self._mono += round(seconds * 1_000_000)

    def leap(self, seconds: float) -> None:
        self._wall = self._wall.plus(seconds)

    def boot(self) -> None:
        """The monotonic clock begins again, as it does on a machine that starts."""
        self._mono = 0


class CountedIds:
    """Chance without chance: the n-th draw is always the same."""

    def __init__(self, seed: str = "") -> None:
        self._seed, self._drawn = seed, 0

    def action_id(self) -> str:
        text = self.random_bytes(16).hex()
        return f"{text[:8]}-{text[8:12]}-7{text[13:16]}-8{text[17:20]}-{text[20:]}"

    def random_bytes(self, count: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(f"{self._seed}/{self._drawn}".encode()).digest(count)


@dataclass(eq=False)
class MemoryTicket:
    """A record on its way; `wait` has everything before it written, as a real writer would."""

    log: MemoryLog = field(repr=False)
    ref: Ref
    held: tuple[bytes, bytes | None] = field(repr=False)
    at: Instant
    done: bool = False
    error: WatchkeeperError | None = None
    callbacks: list[Callback] = field(default_factory=list)

    def wait(self, timeout: float | None = None) -> None:  # noqa: ARG002 - the port's signature
        if not self.done:
            self.log.write()
        if self.error is not None:
            raise self.error

    def when_done(self, callback: Callback) -> None:
        if self.done:
            self.log.deliver(lambda: callback(self.error))
        else:
            self.callbacks.append(callback)

    def settle(self, error: WatchkeeperError | None) -> None:
        self.done, self.error = True, error
        for callback in self.callbacks:
            self.log.deliver(partial(callback, error))


class MemoryLog:
    """A log whose disk is a list of bytes; what is read back was encoded and decoded again.

    `holding` keeps records from becoming durable until `write`; `broken` makes the next write
    fail with all that is queued, and `heal` answer no. While not `covering`, whoever asks for a
    published or witnessed checkpoint waits for `cover`; `uncovered` says why there can be none.
    """

    def __init__(self, disk: list[tuple[bytes, bytes | None]] | None = None) -> None:
        self.disk: list[tuple[bytes, bytes | None]] = [] if disk is None else disk
        self.queued: list[MemoryTicket] = []
        self.holding = False
        self.broken = False
        self.begun = False
        self.room = _ROOM
        self.covering = True
        self.uncovered: str | None = None
        self.waiting: list[tuple[int, Callback]] = []
        self.against: tuple[Doubt, ...] = ()
        self.states: tuple[WitnessState, ...] = ()
        self.shard = 0
        self.older: dict[int, list[tuple[bytes, bytes | None]]] = {}
        self.kept: tuple[int, bytes] | None = None
        self._failed: WatchkeeperError | None = None
        self._deliver: Callable[[Callable[[], None]], None] = lambda act: act()
        self._last_at = self._synced_at = (
            self._read(self.disk, len(self.disk) - 1).record.predicate.at
            if self.disk
            else _BEFORE_ALL
        )

    @property
    def origin(self) -> str:
        return f"{ORIGIN.rpartition('/')[0]}/{self.shard}"

    @property
    def size(self) -> int:
        return len(self.disk) + len(self.queued)

    @property
    def shards(self) -> tuple[int, ...]:
        return (*sorted(self.older), self.shard)

    @property
    def durable(self) -> int:
        return len(self.disk)

    def append(self, record: Record, payload: Payload | None = None) -> MemoryTicket:
        if self._failed is not None:
            raise LogUnavailable(str(self._failed))
        raw = canonical(statement_of(record))
        if len(raw) * 4 // 3 + 200 > _MOST_BYTES:
            raise EntryTooLarge(f"an entry of {len(raw)} bytes")
        assert record.predicate.at >= self._last_at, "record times never decrease"
        beside = None if payload is None else render_json(payload.body)
        ticket = MemoryTicket(self, Ref(self.shard, self.size), (raw, beside), record.predicate.at)
        self.queued.append(ticket)
        self._last_at = record.predicate.at
        if not self.holding:
            self.write()
        return ticket

    def write(self, count: int | None = None) -> None:
        """Make the oldest `count` of the queued records durable, or fail them all if broken."""
        if self.broken:
            self._fail()
            return
        batch = self.queued[: len(self.queued) if count is None else count]
        self.queued = self.queued[len(batch) :]
        for ticket in batch:
            self.disk.append(ticket.held)
            self._synced_at = ticket.at
        for ticket in batch:
            ticket.settle(None)

    def _fail(self) -> None:
        self._failed = LogUnavailable("the log can not be written: the disk is broken")
        lost, self.queued = self.queued, []
        self._last_at = self._synced_at
        for ticket in lost:
            ticket.settle(self._failed)

    def entry(self, ref: Ref) -> Entry:
        disk = self._disk(ref.shard)
        if not 0 <= ref.index < len(disk):
            raise LedgerError(f"no durable record {ref}")
        return self._read(disk, ref.index, ref.shard)

    def _read(
        self, disk: list[tuple[bytes, bytes | None]], index: int, shard: int | None = None
    ) -> Entry:
        raw, beside = disk[index]
        body = None if beside is None else parse_json_unverified(beside)
        erased = parse_stub(body)
        payload = None if body is None or erased is not None else Payload(body)
        ref = Ref(self.shard if shard is None else shard, index)
        return Entry(ref, parse_record(raw), payload, erased)

    def _disk(self, shard: int) -> list[tuple[bytes, bytes | None]]:
        if shard == self.shard:
            return self.disk
        found = self.older.get(shard)
        if found is None:
            raise HomeInvalid(f"shard {shard} is not here")
        return found

    def entries(self, start: int = 0, shard: int | None = None) -> Iterator[Entry]:
        number = self.shard if shard is None else shard
        for index in range(start, len(self._disk(number))):
            yield self.entry(Ref(number, index))

    def roll(
        self,
        at: Instant,
        carried: Carried,
        payload: Payload,
        *,
        new_log_key: bool = False,  # noqa: ARG002 - the port's signature
    ) -> None:
        """End the shard and begin the next; the disk may break on the way."""
        self.write()
        if self._failed is not None or self.queued:
            raise LogUnavailable("no new shard was begun")
        self.older[self.shard], self.disk = self.disk, []
        self.shard += 1
        self.kept, holding, self.holding = None, self.holding, False
        keys: dict[str, tuple[str, ...]] = dict(carried.people)
        said = GenesisRecord(
            at, self.origin, self.shard, 1, Stage.DEMONSTRATION, {}, "", keys, "", carried
        )
        self.append(Record(Kind.GENESIS, "home", "0" * 64, said), payload)
        self.holding = holding

    def erase(self, index: int) -> None:
        """Take a record's payload away, as erasing does."""
        entry = self.entry(Ref(self.shard, index))
        if entry.payload is not None:
            kept = kept_of(entry.record, entry.payload.body, entry.record.predicate.at)
            raw, beside = self.disk[index]
            self.disk[index] = (raw, render_stub(index, kept, len(beside or b"")))

    @property
    def secret(self) -> bytes:
        return b"memory" * 6

    def torn_tails(self, shard: int | None = None) -> int:  # noqa: ARG002 - the port's signature
        return 0

    def begin_erasure(self) -> None:
        self.begun = True

    def finish_erasures(self) -> int:
        """Remove what every erasure record names; a stub stands where a payload was."""
        said = [
            (e.ref.index, e.record.predicate) for e in self.entries() if e.record.kind == "erasure"
        ]
        return sum(
            self._erase([one for one in said if one[1].shard in about], number)
            for number in self.shards
            for about in ({None, number} if number == self.shard else {number},)
        )

    def _erase(self, found: list[tuple[int, ErasureRecord]], shard: int) -> int:
        erased, count, disk = ErasedBy(found), 0, self._disk(shard)
        later = None if shard == self.shard else self.shard
        for index, (raw, beside) in enumerate(disk):
            by, entry = erased.of(index), self.entry(Ref(shard, index))
            if by is None or entry.payload is None or entry.record.kind in NEVER_ERASED:
                continue
            kept = kept_of(entry.record, entry.payload.body, dict(found)[by].at)
            disk[index] = (raw, render_stub(by, kept, len(beside or b""), later))
            count += 1
        return count

    def deliver_with(self, post: Callable[[Callable[[], None]], None]) -> None:
        self._deliver = post

    def deliver(self, act: Callable[[], None]) -> None:
        self._deliver(act)

    def failure(self) -> WatchkeeperError | None:
        return self._failed

    def heal(self) -> bool:
        if not self.broken:
            self._failed = None
        return self._failed is None

    def when_covered(self, ref: Ref, level: Level, callback: Callback) -> Callable[[], None]:
        waiter = (ref.index, callback)
        problem = self.uncoverable(level)
        if problem is not None:
            self.deliver(partial(callback, NotCovered(problem)))
        elif self.covering or level is Level.DURABLE:
            self.deliver(partial(callback, None))
        else:
            self.waiting.append(waiter)
        return lambda: self.waiting.remove(waiter) if waiter in self.waiting else None

    def cover(self) -> None:
        """Publish, and have witnessed, everything that is durable."""
        done = [one for one in self.waiting if one[0] < self.durable]
        self.waiting = [one for one in self.waiting if one not in done]
        for _, callback in done:
            self.deliver(partial(callback, None))

    def uncoverable(self, level: Level) -> str | None:
        return self.uncovered if level is Level.WITNESSED else None

    def witnesses(self) -> tuple[WitnessState, ...]:
        return self.states

    def doubts(self) -> tuple[Doubt, ...]:
        return self.against

    def settle_doubts(self) -> None:
        self.against = ()

    def free_bytes(self) -> int:
        return self.room

    @property
    def kept_size(self) -> int:
        return self.kept[0] if self.kept else 0

    def size_of(self, shard: int) -> int:
        return len(self._disk(shard))

    def snapshot(self, shard: int | None = None) -> tuple[int, bytes] | None:
        return self.kept if shard in {None, self.shard} else None

    def keep(self, state: bytes) -> bool:
        if self.queued or self._failed is not None:
            return False
        self.kept = (len(self.disk), state)
        return True

    def again(self) -> MemoryLog:
        """What a start finds after a crash."""
        log = MemoryLog(self.disk)
        log.shard, log.older, log.kept = self.shard, self.older, self.kept
        return log

    def close(self) -> None:
        self.write()
