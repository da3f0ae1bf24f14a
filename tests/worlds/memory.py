"""A world in memory behind the ports: a log that can hold, fail and crash, a clock, and chance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from watchkeeper.errors import (
    EntryTooLarge,
    LedgerError,
    LogUnavailable,
    NotCovered,
    WatchkeeperError,
)
from watchkeeper.ledger.canonical import canonical, parse_json_unverified, render_json
from watchkeeper.ledger.envelope import parse_record
from watchkeeper.ledger.erasure import NEVER_ERASED, ErasedBy, kept_of, parse_stub, render_stub
from watchkeeper.ports import WitnessState
from watchkeeper.records.bundle import Level
from watchkeeper.records.custody import Doubt
from watchkeeper.records.instant import Instant, parse_instant
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
        self._failed: WatchkeeperError | None = None
        self._deliver: Callable[[Callable[[], None]], None] = lambda act: act()
        self._last_at = self._synced_at = (
            self.entry(len(self.disk) - 1).record.predicate.at if self.disk else _BEFORE_ALL
        )

    @property
    def origin(self) -> str:
        return ORIGIN

    @property
    def size(self) -> int:
        return len(self.disk) + len(self.queued)

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
        ticket = MemoryTicket(self, Ref(0, self.size), (raw, beside), record.predicate.at)
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

    def entry(self, index: int) -> Entry:
        if not 0 <= index < len(self.disk):
            raise LedgerError(f"no durable record {index}")
        raw, beside = self.disk[index]
        body = None if beside is None else parse_json_unverified(beside)
        erased = parse_stub(body)
        payload = None if body is None or erased is not None else Payload(body)
        return Entry(Ref(0, index), parse_record(raw), payload, erased)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        for index in range(start, len(self.disk)):
            yield self.entry(index)

    def erase(self, index: int) -> None:
        """Take a record's payload away, as erasing does."""
        self.disk[index] = (self.disk[index][0], None)

    @property
    def secret(self) -> bytes:
        return b"memory" * 6

    def torn_tails(self) -> int:
        return 0

    def begin_erasure(self) -> None:
        self.begun = True

    def finish_erasures(self) -> int:
        """Remove what every erasure record names; a stub stands where a payload was."""
        found = [
            (e.ref.index, e.record.predicate) for e in self.entries() if e.record.kind == "erasure"
        ]
        erased, count = ErasedBy(found), 0
        for index, (raw, beside) in enumerate(self.disk):
            by, entry = erased.of(index), self.entry(index)
            if by is None or entry.payload is None or entry.record.kind in NEVER_ERASED:
                continue
            kept = kept_of(entry.record, entry.payload.body, dict(found)[by].at)
            self.disk[index] = (raw, render_stub(by, kept, len(beside or b"")))
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

    def close(self) -> None:
        self.write()
