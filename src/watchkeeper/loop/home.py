"""A home that is open: its log, what the records add up to, the plan in force, the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import BudgetFact
from watchkeeper.do.decision.request import Call, Request, make_request
from watchkeeper.do.state.budget import longest_window
from watchkeeper.do.state.clock import ClockGuard
from watchkeeper.do.state.pending import Pending
from watchkeeper.do.state.projection import State
from watchkeeper.errors import (
    HomeDoubtful,
    HomeInvalid,
    LedgerError,
    LogUnavailable,
    WatchkeeperError,
    cut,
)
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.plan_bundle import bundle_digest, parse_bundle
from watchkeeper.ports import Clock, Ids, Log, Records, Ticket, WitnessState
from watchkeeper.records.bundle import Bundle
from watchkeeper.records.custody import Doubt, DoubtKind
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry, Payload, Record

_ROOM_CHECK_MICROS = 1_000_000


class Standing:
    """What the records of a home add up to, and the plan in force.

    Raises:
        HomeInvalid: the released plan can not be read.
        EngineFailed: the released plan does not load.
    """

    def __init__(self, records: Records, clock: Clock, secret: bytes = b"") -> None:
        self.records, self.clock, self.secret = records, clock, secret
        self.state = State()
        self._enforcer: Enforcer | None = None
        self._rebuild()

    @property
    def enforcer(self) -> Enforcer:
        """The plan in force."""
        if self._enforcer is None:
            raise HomeInvalid(
                "no plan was released to this home", "run `watchkeeper plan release` first"
            )
        return self._enforcer

    @property
    def has_plan(self) -> bool:
        """Tell whether a plan is in force."""
        return self._enforcer is not None

    def adopt(self, entry: Entry) -> None:
        """Put a released plan into force; its release record is durable."""
        bundle = bundle_of(entry)
        self._enforcer = Enforcer(bundle, self.state.plan or "", self.state.released_by)
        self._fill_budgets()

    def request_of(self, pending: Pending) -> Request | None:
        """Read an escalated action's request back; None if it was erased or is not the same."""
        entry = self.records.entry(pending.decision.index)
        if entry.payload is None:
            return None
        request = request_from(entry.payload.body["request"], self.secret)
        return request if request.digest == pending.digest else None

    def shown(self, pending: Pending) -> dict[str, Any] | None:
        """Read back exactly what a reviewer is shown; None if it was erased or is not durable."""
        try:
            entry = self.records.entry(pending.decision.index)
        except LedgerError:
            return None
        shown = entry.payload.body.get("shown") if entry.payload else None
        return shown if isinstance(shown, dict) else None

    def budget_facts(
        self, agent: str, action: str, at: Instant
    ) -> dict[str, tuple[BudgetFact, ...]]:
        """Return what the windows of the grants that match an action hold."""
        return {
            grant.id: tuple(
                BudgetFact(used.count, str(used.sum))
                for used in self.state.budgets.used(grant.id, at)
            )
            for grant in self.enforcer.grants(agent, action)
            if grant.budgets
        }

    def _rebuild(self) -> None:
        state, release = State(), None
        for entry in self.records.entries():
            state.apply(entry)
            if entry.record.kind is Kind.PLAN_RELEASE:
                release = entry
        self.state = state
        if release is not None:
            self.adopt(release)

    def _fill_budgets(self) -> None:
        """Fill the plan's windows; the log is read again only where they look further back."""
        grants = self.enforcer.bundle.grants
        budgets = self.state.budgets
        span = longest_window(grants)
        now = self.state.last_at
        if now is not None and not budgets.reaches(now, span):
            since = now.plus(-span)
            budgets.forget(since)
            for entry in self.records.entries(self._first_after(since)):
                self.state.charge(entry)
        budgets.adopt(grants)

    def _first_after(self, moment: Instant) -> int:
        low, high = 0, self.records.size
        while low < high:
            middle = (low + high) // 2
            if self.records.entry(middle).record.predicate.at < moment:
                low = middle + 1
            else:
                high = middle
        return low


class Home(Standing):
    """A home that is open for writing; its state is kept up while records are appended.

    `pins` holds the digest of each tool's definition as its server listed it last, by server and
    tool; the enforcement point keeps it.
    """

    def __init__(self, log: Log, clock: Clock, ids: Ids) -> None:
        self.log, self.ids = log, ids
        self.pins: dict[tuple[str, str], str] = {}
        self.listeners: list[Callable[[Entry], None]] = []
        self._room: tuple[int, bool] = (-_ROOM_CHECK_MICROS, False)
        self._guard: ClockGuard | None = None
        self._lost = False
        self._seen: tuple[Doubt, ...] = ()
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

    def plan_is_loaded(self) -> bool:
        """Tell whether the newest release is the plan that decides, and load it if it can be.

        They differ only where a release was recorded and its writer gave up waiting for the disk.
        """
        if self.has_plan and self.state.plan == self.enforcer.digest:
            return True
        if self.state.plan_ref is None:
            return False
        try:
            self.adopt(self.log.entry(self.state.plan_ref.index))
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


def bundle_of(entry: Entry) -> Bundle:
    """Return the plan that a release record put into force.

    Raises:
        HomeInvalid: the plan is gone or is not the one that the record names.
    """
    if entry.payload is None:
        raise HomeInvalid(f"the plan released at {entry.ref} is gone")
    raw = canonical_arguments(entry.payload.body["bundle"])
    if bundle_digest(raw) != entry.record.predicate.plan:
        raise HomeInvalid(f"the plan released at {entry.ref} is not the one that was signed")
    return parse_bundle(raw)


def request_from(body: dict[str, Any], secret: bytes = b"") -> Request:
    """Make a request again from a decision's payload; its digest tells whether it is the same.

    Only with the home's secret is its `same` that of the request as it came.
    """
    call = Call(
        agent=body["agent"],
        method=body["method"],
        server=body["server"],
        tool=body["tool"],
        arguments=body["arguments"],
        key=body["key"],
        on_behalf_of=body["onBehalfOf"],
        claimed=body["claimed"],
        trace=body["trace"],
        problem=body["problem"],
    )
    return make_request(call, action_id=body["actionId"], nonce=body["nonce"], secret=secret)
