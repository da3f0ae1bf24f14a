"""A home that is open: its log, what the records add up to, the plan in force, the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchkeeper.do.state.clock import ClockGuard
from watchkeeper.do.state.kept import (
    sorted_stops,
    state_to_json,
)
from watchkeeper.do.state.parts import PlanVerdicts
from watchkeeper.errors import (
    HomeDoubtful,
    LedgerError,
    LogUnavailable,
    WatchkeeperError,
    cut,
)
from watchkeeper.ledger.canonical import (
    render_checked,
    sha256_hex,
)
from watchkeeper.ledger.plan_bundle import REGISTER
from watchkeeper.loop.codes import Codes
from watchkeeper.loop.standing import Standing
from watchkeeper.loop.trials import Trials
from watchkeeper.loop.underway import UnderWay
from watchkeeper.ports import Clock, Ids, Log, Ticket, WitnessState
from watchkeeper.records.administration import Carried
from watchkeeper.records.custody import Doubt, DoubtKind
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.bundle import Limits
from watchkeeper.records.statement import Entry, Payload, Record

KEEP_AFTER = 10_000
"""Records after which it pays to write a snapshot when a home is closed."""
_ROOM_CHECK_MICROS = 1_000_000


class Home(Standing):
    """A home that is open for writing; its state is kept up while records are appended.

    `pins` holds the digest of each tool's definition as its server listed it last, by server and
    tool; the enforcement point keeps it. `codes` are the one-time codes that wait to be given,
    `trials` the test notices that somebody asked for; `under_way` are the actions that this process
    carries out now.
    """

    def __init__(self, log: Log, clock: Clock, ids: Ids) -> None:
        self.log, self.ids = log, ids
        self.pins: dict[tuple[str, str], str] = {}
        self.listeners: list[Callable[[Entry], None]] = []
        self.codes = Codes(clock)
        self.trials = Trials()
        self.under_way = UnderWay()
        self._room: tuple[int, bool] = (-_ROOM_CHECK_MICROS, False)
        self._guard: ClockGuard | None = None
        self._lost = False
        self._seen: tuple[Doubt, ...] = ()
        self._began: tuple[int, Instant] | None = None
        super().__init__(log, clock, log.secret)
        if log.doubts() and not self.doubts:
            log.settle_doubts()  # a crash came between the adoption and what it settles

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What speaks against this home and that nobody adopted: it may be a copy."""
        found = (*self.log.doubts(), *self._seen)
        return tuple(doubt for doubt in found if doubt.id not in self.state.adopted)

    def ask_witnesses(self) -> None:
        """Note what the witnesses say: that they hold another history of this log than we do.

        It counts where most of them say so and none has cosigned since the home was opened, as it
        is with one that was restored or copied. One that lies must not stop a home that others
        vouch for; and what a single witness says later holds back only what needs a witness.
        """
        states = self.log.witnesses()
        split = [state for state in states if state.split is not None]
        counts = 2 * len(split) > len(states) and not any(state.at for state in states)
        self._seen = tuple(_witnessed(state) for state in split) if counts else ()

    def check_undoubted(self) -> None:
        """Refuse a home that may be a restored or a copied one.

        Raises:
            HomeDoubtful: it may be, and nobody has adopted it.
        """
        found = self.doubts
        if found:
            raise _doubtful(found)

    def adopted(self) -> None:
        """A person took the home up again; the record of it is durable."""
        self.log.settle_doubts()
        self._seen = ()

    def now(self) -> Instant:
        """Return the time for a record: never before the record before it."""
        return self._clock_guard().read(self.clock.wall(), self.clock.monotonic())[0]

    def clock_unsure(self) -> str | None:
        """Return why the clock can not be believed, or None."""
        return self._clock_guard().read(self.clock.wall(), self.clock.monotonic())[1]

    def accept_clock(self) -> None:
        """A person accepted the clock as it stands."""
        self._clock_guard().accept(self.clock.wall(), self.clock.monotonic())

    def failure(self) -> WatchkeeperError | None:
        """Return why nothing can be recorded now, or None."""
        if self._lost:
            return LogUnavailable("what the records add up to was not read back yet")
        return self.log.failure() or (_doubtful(self.doubts) if self.doubts else None)

    def heal(self) -> bool:
        """Try to write again; what was computed from lost records is thrown away."""
        if self.doubts and not self._lost and self.log.failure() is None:
            return False
        self._lost = True
        if not self.log.heal():
            return False
        self._rebuild()
        self._lost = False
        return not self.doubts

    def roll(
        self, by: str = "", signature: Signature | None = None, *, new_log_key: bool = False
    ) -> int:
        """End the log's shard and begin the next one, which takes everything over.

        With `new_log_key` a new key signs the checkpoints of the new shard.

        Returns the number of the new shard. Takes as long as the state is large, and no decision
        is made meanwhile.

        Raises:
            LogUnavailable, PolicyInvalid: nothing was begun.
        """
        if self.failure() is not None:
            raise LogUnavailable("the log can not be written now")
        carried, payload = self._carried(by, signature)
        self._lost = True
        try:
            self.log.roll(self.now(), carried, payload, new_log_key=new_log_key)
        except LedgerError:
            self.heal()
            raise
        # Exactly what a start would know; where that can not be read, nothing is decided.
        self._rebuild()
        self._lost = False
        return self.log.shard

    def _carried(self, by: str, signature: Signature | None) -> tuple[Carried, Payload]:
        """Return what the next shard takes over: named in its first record, whole beside it."""
        state, form = self.state, state_to_json(self.state)
        since = self._first_at(self.log.shard)
        carried = Carried(
            since=since,
            until=state.last_at or since,
            state=sha256_hex(render_checked(form)),
            plan=state.plan,
            released_by=state.released_by,
            people=state.authority.people,
            roles=state.authority.roles,
            stops=tuple(sorted_stops(state)),
            by=by,
            signature=signature,
            passkeys=state.authority.passkeys,
            console=state.authority.console,
            registered=state.authority.registered,
            revoked=tuple(sorted(state.authority.revoked)),
            written_by=state.authority.written_by,
            applications=state.authority.applications,
            deputies=state.authority.deputies,
            rule=self.enforcer.bundle.releases if self.has_plan else None,
            emergencies=state.part(PlanVerdicts).reviews,
        )
        body: dict[str, Any] = {"state": form}
        if state.plan_ref is not None:
            released = self.log.entry(state.plan_ref).payload
            body["bundle"] = released.body["bundle"] if released else None
            if released and REGISTER in released.body:
                body[REGISTER] = released.body[REGISTER]
        return carried, Payload(body)

    def roll_is_due(self) -> bool:
        """Tell whether the plan's limits ask for the next shard; an empty one is never ended."""
        if self.log.size <= 1:
            return False
        limits = self.enforcer.bundle.limits if self.has_plan else Limits()
        if limits.shard_records is not None and self.log.size >= limits.shard_records:
            return True
        if limits.shard_days is None:
            return False
        if self._began is None or self._began[0] != self.log.shard:
            self._began = (self.log.shard, self._first_at(self.log.shard))
        return self.now() >= self._began[1].plus(limits.shard_days * 86_400)

    def keep(self, after: int = KEEP_AFTER) -> bool:
        """Write a snapshot if at least so many records came since the last one.

        Takes as long as the state is large: for a home that does not decide now. False where
        there is nothing to do, or it can not be done.
        """
        grown = self.log.size - self.log.kept_size
        if grown < after or self.failure() is not None:
            return False
        return self.log.keep(self.kept_form())

    def plan_is_loaded(self) -> bool:
        """Tell whether the newest release is the plan that decides, and load it if it can be.

        They differ only where a release was recorded and its writer gave up waiting for the disk.
        """
        if self.has_plan and self.state.plan == self.enforcer.digest:
            return True
        if self.state.plan_ref is None:
            return False
        try:
            self.adopt(self.log.entry(self.state.plan_ref))
        except WatchkeeperError:
            return False
        return True

    def short_of_room(self) -> bool:
        """Tell whether the disk is below the plan's reserve; looked at once a second."""
        mono = self.clock.monotonic()
        if mono - self._room[0] >= _ROOM_CHECK_MICROS:
            reserve = self.enforcer.bundle.limits.disk_reserve_bytes
            self._room = (mono, self.log.free_bytes() < reserve)
        return self._room[1]

    def append(self, record: Record, payload: Payload | None = None) -> Ticket:
        """Queue a record and take it into account at once.

        Raises:
            LogUnavailable: nothing was queued.
            EntryTooLarge: nothing was queued.
        """
        if self._lost:
            raise LogUnavailable("what the records add up to was not read back yet")
        ticket = self.log.append(record, payload)
        entry = Entry(ticket.ref, record, payload)
        self.state.apply(entry)
        for listener in self.listeners:
            listener(entry)
        return ticket

    def _clock_guard(self) -> ClockGuard:
        if self._guard is None:
            gap = self._enforcer.bundle.limits.clock_gap_seconds if self._enforcer else 604_800
            wall, mono = self.clock.wall(), self.clock.monotonic()
            self._guard = ClockGuard(wall, mono, self.state.last_at, gap)
        return self._guard


def _witnessed(state: WitnessState) -> Doubt:
    size = None if state.split is None else state.split.size
    name = f"witness {state.name}"
    return Doubt(DoubtKind.FORKED, sha256_hex(name.encode()), name, size)


def _doubtful(doubts: tuple[Doubt, ...]) -> HomeDoubtful:
    said = {
        DoubtKind.AHEAD: "the log was longer once: {size} records, says {seen}",
        DoubtKind.FORKED: "the log had another history: over {size} records, says {seen}",
        DoubtKind.MOVED: "the home stood elsewhere: {seen}",
    }
    found = [said[d.kind].format(size=d.size, seen=cut(d.seen, 200)) for d in doubts]
    return HomeDoubtful(f"this home was restored or copied ({'; '.join(found)})")
