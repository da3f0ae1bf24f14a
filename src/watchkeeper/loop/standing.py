"""What the records of a home add up to, and the plan in force."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from typing import Any

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import BudgetFact
from watchkeeper.do.decision.request import Call, Request, make_request
from watchkeeper.do.state.budget import budgets_of, longest_window
from watchkeeper.do.state.kept import (
    begins_from_another,
    begun_state,
    state_from_bytes,
    state_to_json,
)
from watchkeeper.do.state.pending import Pending
from watchkeeper.do.state.projection import State
from watchkeeper.errors import (
    HomeInvalid,
    LedgerError,
    RecordInvalid,
)
from watchkeeper.ledger.canonical import (
    canonical_arguments,
    render_checked,
    sha256_hex,
)
from watchkeeper.ledger.plan_bundle import bundle_digest, parse_bundle
from watchkeeper.loop.beside import Held
from watchkeeper.loop.competence import Competence, competence_of
from watchkeeper.ports import Clock, Records
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

_log = logging.getLogger("watchkeeper.home")


class Standing:
    """What the records of a home add up to, and the plan in force.

    `counted` is how many records of the newest shard it was rebuilt from.

    Raises:
        LogInconsistent: a payload is not the recorded one.
        HomeInvalid: the released plan can not be read.
        EngineFailed: the released plan does not load.
    """

    def __init__(self, records: Records, clock: Clock, secret: bytes = b"") -> None:
        self.records, self.clock, self.secret = records, clock, secret
        self.state = State()
        self.counted = 0
        self._enforcer: Enforcer | None = None
        self.competence = Competence()
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
        named = bundle.management.register if bundle.management is not None else None
        self.competence = competence_of(entry, named)
        self._enforcer = Enforcer(bundle, self.state.plan or "", self.state.released_by)
        self._fill_budgets()

    def request_of(self, pending: Pending) -> Request | None:
        """Read an escalated action's request back; None if it was erased or is not the same."""
        try:
            entry = self.records.entry(pending.decision)
        except HomeInvalid:
            return None  # in a shard that was moved away: nobody can look at it again
        if entry.payload is None:
            return None
        request = request_from(entry.payload.body["request"], self.secret)
        return request if request.digest == pending.digest else None

    def shown(self, pending: Pending) -> dict[str, Any] | None:
        """Read back exactly what a reviewer is shown.

        None if it was erased, is not durable, or is not what was escalated.
        """
        try:
            entry = self.records.entry(pending.decision)
        except LedgerError:
            return None
        shown = entry.payload.body.get("shown") if entry.payload else None
        if not isinstance(shown, dict):
            return None
        return shown if sha256_hex(canonical_arguments(shown)) == pending.shown else None

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

    def shared_facts(self, agent: str, action: str, at: Instant) -> dict[str, BudgetFact]:
        """Return what the windows of the shared budgets hold in whose scope an action is."""
        held = {
            shared.id: self.state.budgets.used(shared.account, at)
            for shared in self.enforcer.shared(agent, action)
        }
        return {id_: BudgetFact(used.count, str(used.sum)) for id_, (used,) in held.items()}

    def _rebuild(self) -> None:
        state, self.counted = self._kept()
        held = Held(self.clock.wall())
        for entry in self.records.entries(self.counted):
            held.take(entry)
            if self.counted == 0 and begins_from_another(entry):
                state = begun_state(entry)
            else:
                state.apply(entry)
            self.counted += 1
        held.finish(state)
        self.state = state
        if state.plan_ref is not None:
            self.adopt(self.records.entry(state.plan_ref))

    def _kept(self) -> tuple[State, int]:
        """Return the state that a snapshot holds, and how many records that counts."""
        kept = self.records.snapshot()
        if kept is not None:
            try:
                return state_from_bytes(kept[1]), kept[0]
            except RecordInvalid as error:
                _log.warning("the snapshot is not used, every record is read: %s", error.message)
        return State(), 0

    def kept_form(self) -> bytes:
        """Return the state as a snapshot holds it."""
        return render_checked(state_to_json(self.state))

    def _fill_budgets(self) -> None:
        """Fill the plan's windows; the log is read again only where they look further back."""
        plan = budgets_of(self.enforcer.bundle)
        budgets = self.state.budgets
        span = longest_window(itertools.chain(*plan.values()))
        now = self.state.last_at
        if now is not None and not budgets.reaches(now, span):
            since = now.plus(-span)
            charged = list(self._since(since))
            budgets.forget(since)
            for entry in charged:
                self.state.charge(entry)
        budgets.adopt(plan)

    def reaches_back(self, bundle: Bundle) -> bool:
        """Tell whether everything that a plan's budgets would count can be read."""
        span = longest_window(itertools.chain(*budgets_of(bundle).values()))
        now = self.state.last_at
        if now is None or self.state.budgets.reaches(now, span):
            return True
        try:
            self._shard_of(now.plus(-span))
        except LedgerError:
            return False
        return True

    def _since(self, moment: Instant) -> Iterator[Entry]:
        """Read the records from `moment` on, in older shards too."""
        first = self._shard_of(moment)
        for shard in range(first, self.records.shard):
            for entry in self.records.entries(shard=shard):
                if entry.record.predicate.at >= moment:
                    yield entry
        start = self._first_after(moment) if first == self.records.shard else 0
        yield from self.records.entries(start)

    def _shard_of(self, moment: Instant) -> int:
        """Return the shard that holds the first record from `moment` on.

        Raises:
            HomeInvalid: it is not here.
        """
        shard = self.records.shard
        while shard and self._first_at(shard) > moment:
            shard -= 1
        self._first_at(shard)
        return shard

    def _first_at(self, shard: int) -> Instant:
        at: Instant = self.records.entry(Ref(shard, 0)).record.predicate.at
        return at

    def _first_after(self, moment: Instant) -> int:
        low, high = 0, self.records.size
        while low < high:
            middle = (low + high) // 2
            at = self.records.entry(Ref(self.records.shard, middle)).record.predicate.at
            low, high = (middle + 1, high) if at < moment else (low, middle)
        return low


def bundle_of(entry: Entry) -> Bundle:
    """Return the plan that a release record put into force, or that a shard began with.

    Raises:
        HomeInvalid: the plan is gone or is not the one that the record names.
    """
    if entry.payload is None:
        raise HomeInvalid(f"the plan released at {entry.ref} is gone")
    raw = canonical_arguments(entry.payload.body["bundle"])
    said = entry.record.predicate
    if isinstance(said, GenesisRecord):
        said = said.carried
    if said is None or bundle_digest(raw) != said.plan:
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
        mandate=body.get("mandate"),
    )
    return make_request(call, action_id=body["actionId"], nonce=body["nonce"], secret=secret)
