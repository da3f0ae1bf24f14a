"""A home in every order of events: what must hold after each of them (invariants I1 to I5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.worlds.bank import Bank, pay
from tests.worlds.drills import SOON, a_case, committed, drilled
from watchkeeper.check.replay import ReplayAnswer, replay_all
from watchkeeper.do.decision.request import Call
from watchkeeper.do.state.projection import State
from watchkeeper.errors import CommandInvalid, LogUnavailable, NotAuthorised
from watchkeeper.loop.drills.planting import plant_due, reveal_due
from watchkeeper.loop.home import Home
from watchkeeper.loop.replay import replayer
from watchkeeper.loop.standing import request_from
from watchkeeper.loop.steps import Admitted, Allowed, Answer, Stored
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Status
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan.bundle import Bundle

_AMOUNTS = st.sampled_from([20, 150, 200, 250, 400, 1000, 1500, -5])
_NOTES = st.sampled_from(["a", "b"])
_TOS = st.sampled_from(["shop", "cafe"])
_KEYS = st.sampled_from([None, None, "k1", "k2"])
_AGENTS = st.sampled_from(["payer", "payer", "payer", "other"])
_WHYS = st.sampled_from(["late", "late", "broken"])
_FOR = st.sampled_from([None, None, "cyd"])
_CALLS = st.builds(
    lambda amount, note, to, key, agent, why, who: pay(
        amount, note=note, to=to, key=key, agent=agent, why=why, on_behalf_of=who
    ),
    _AMOUNTS,
    _NOTES,
    _TOS,
    _KEYS,
    _AGENTS,
    _WHYS,
    _FOR,
)
_REFUSED = (CommandInvalid, NotAuthorised, LogUnavailable)


@dataclass
class Released:
    """A tool call that went out: what was sent, under which decision."""

    allowed: Allowed
    sent: bytes


class Kernels(RuleBasedStateMachine):
    """Calls, people, clocks and disks, in any order."""

    @initialize()
    def start(self) -> None:
        self.bank = Bank(drilled())
        self.plans: dict[str, Bundle] = {self.bank.home.enforcer.digest: drilled()}
        self.admitted: list[tuple[Admitted, tuple[Any, ...]]] = []
        self.answers: list[Allowed] = []
        self.running: list[Released] = []
        self.executed: list[Released] = []
        self.unfinished: set[str] = set()
        self.checked = 0

    # the agent

    @rule(call=_CALLS)
    def call(self, call: Call) -> None:
        self._take(self.bank.ask(call))

    @rule(call=_CALLS)
    def admit_and_read(self, call: Call) -> None:
        """Facts take time: other things happen before the decision."""
        admitted = self.bank.kernel.admit(call)
        if isinstance(admitted, Admitted):
            self.admitted.append((admitted, self.bank.reads(admitted)))
        else:
            self._take(admitted)

    @precondition(lambda self: self.admitted)
    @rule(which=st.integers(0, 50))
    def decide(self, which: int) -> None:
        admitted, reads = self.admitted.pop(which % len(self.admitted))
        self._take(self.bank.kernel.decide(admitted, reads))

    @rule(which=st.integers(0, 50), late=st.booleans())
    def come_back(self, which: int, late: bool) -> None:
        handles = self._handles()
        if not handles:
            return
        handle = handles[which % len(handles)]
        answer = self.bank.kernel.come_back("payer", handle)
        if late and isinstance(answer, Admitted):
            self.admitted.append((answer, self.bank.reads(answer)))
        else:
            self._take(self.bank.decide(answer))

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Allowed):
            self.answers.append(answer)
        if isinstance(answer, Stored):
            effects = self._effects()
            assert answer.decision_id in effects, "a result without a durable effect"

    # the enforcement point

    @precondition(lambda self: self.answers)
    @rule(which=st.integers(0, 50))
    def release(self, which: int) -> None:
        """Once the record is durable and nothing is against it, the tool is called."""
        answer = self.answers.pop(which % len(self.answers))
        if answer.ticket.error is not None or not answer.ticket.done:  # type: ignore[attr-defined]
            return
        reason = self.bank.kernel.may_release(answer)
        if reason is not None:
            try:
                self.bank.kernel.not_released(answer, reason)
            except LogUnavailable:
                return
            return
        released = Released(answer, answer.sent)
        self._check_release(released)
        self.executed.append(released)
        self.running.append(released)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 50), status=st.sampled_from([*Status, Status.SUCCEEDED]))
    def finish(self, which: int, status: Status) -> None:
        released = self.running.pop(which % len(self.running))
        try:
            self.bank.kernel.finish(released.allowed, status, released.allowed.at, {"ok": True})
        except LogUnavailable:
            self.unfinished.add(released.allowed.request.action_id)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 50))
    def never_answer(self, which: int) -> None:
        self.running.pop(which % len(self.running))

    # people

    @rule(
        which=st.integers(0, 50), person=st.sampled_from(["ana", "ben", "cyd"]), yes=st.booleans()
    )
    def decide_on_escalation(self, which: int, person: str, yes: bool) -> None:
        handles = self._handles()
        if not handles:
            return
        handle = handles[which % len(handles)]
        try:
            act = self.bank.approve if yes else self.bank.refuse
            act(handle, person)
        except _REFUSED:
            return

    @rule(kind=st.sampled_from([("all", ""), ("agent", "payer"), ("tool", "bank/pay")]))
    def stop(self, kind: tuple[str, str]) -> None:
        try:
            self.bank.stop(*kind)
        except _REFUSED:
            return

    @rule()
    def resume_all(self) -> None:
        for scope in list(self.bank.home.state.stops):
            try:
                self.bank.resume(scope.kind.value, scope.name)
            except _REFUSED:
                return

    @rule(which=st.integers(0, 50), status=st.sampled_from(["succeeded", "failed"]))
    def resolve(self, which: int, status: str) -> None:
        running = {released.allowed.request.action_id for released in self.running}
        unknown = [
            a.action_id for a in self.bank.home.state.unknown() if a.action_id not in running
        ]
        if not unknown:
            return
        try:
            self.bank.tell("ana", "resolve", actionId=unknown[which % len(unknown)], status=status)
        except _REFUSED:
            return

    @rule(scope=st.sampled_from(["Paying people.", "Paying more people."]))
    def release_plan(self, scope: str) -> None:
        bundle = replace(drilled(), scope=scope)
        try:
            self.plans[self.bank.release(bundle)] = bundle
        except _REFUSED:
            return

    @rule(amount=st.sampled_from([250, 400]), person=st.sampled_from(["ana", "ana", "ben"]))
    def commit_to_plant(self, amount: float, person: str) -> None:
        with suppress(*_REFUSED):
            committed(self.bank, a_case(amount), person=person)

    @rule(late=st.booleans())
    def what_is_planted_comes_to_its_time(self, late: bool) -> None:
        self.bank.clock.advance(SOON + 3 * late)
        with suppress(LogUnavailable):
            if self.bank.home.failure() is None:
                plant_due(self.bank.kernel)
                reveal_due(self.bank.kernel)

    # the world

    @rule(seconds=st.sampled_from([0.5, 30, 300, 1300, 3700, 15_000]))
    def time_passes(self, seconds: float) -> None:
        self.bank.clock.advance(seconds)

    @rule(seconds=st.sampled_from([-7200, -30, 40, 7200]))
    def the_clock_leaps(self, seconds: float) -> None:
        self.bank.clock.leap(seconds)

    @rule()
    def accept_the_clock(self) -> None:
        try:
            self.bank.tell("ana", "accept-clock")
        except _REFUSED:
            return

    @rule()
    def turn(self) -> None:
        self.bank.kernel.tick()

    @rule(holding=st.booleans())
    def the_disk_is_slow(self, holding: bool) -> None:
        self.bank.log.holding = holding
        if not holding:
            self.bank.log.write()

    @rule(count=st.integers(1, 3))
    def some_is_written(self, count: int) -> None:
        self.bank.log.write(count)

    @rule()
    def the_disk_breaks(self) -> None:
        self.bank.log.broken = True

    @rule()
    def the_disk_is_mended(self) -> None:
        self.bank.log.broken = False
        self.bank.kernel.tick()

    @rule(short=st.booleans())
    def the_disk_fills(self, short: bool) -> None:
        self.bank.log.room = 0 if short else 1 << 40

    @rule(reboot=st.booleans())
    def crash(self, reboot: bool) -> None:
        self.bank.crash(mono=reboot)
        self.admitted, self.answers, self.running = [], [], []

    # what must hold

    def _check_release(self, released: Released) -> None:
        """I1: a durable allow for exactly these arguments, not executed before."""
        ref = released.allowed.ticket.ref
        assert ref.index < self.bank.log.size_of(ref.shard)
        entry = self.bank.log.entry(ref)
        record: DecisionRecord = entry.record.predicate
        assert record.decision.outcome is Outcome.ALLOW
        assert entry.record.digest == released.allowed.request.digest
        assert entry.payload is not None
        again = request_from(entry.payload.body["request"])
        assert again.sent == released.sent
        assert again.digest == entry.record.digest
        if record.escalated_by is not None:
            self._check_approval(record)

    def _check_approval(self, record: DecisionRecord) -> None:
        """Every verdict is durable, by different people with the role, not by who asked."""
        verdicts = [self.bank.log.entry(ref).record.predicate for ref in record.verdicts]
        assert verdicts
        assert all(isinstance(v, VerdictRecord) and v.answer == "approve" for v in verdicts)
        assert len({v.reviewer for v in verdicts}) == len(verdicts)
        assert all(v.decision == record.escalated_by for v in verdicts)
        assert record.escalated_by is not None
        asked = self.bank.log.entry(record.escalated_by).record.predicate
        assert asked.plan == record.plan
        assert asked.escalation.expires > record.at
        assert len(verdicts) >= asked.escalation.approvals

    @invariant()
    def as_many_wait_as_are_counted(self) -> None:
        pending = self.bank.home.state.pending
        waiting = Counter(one.agent for one in pending.waiting())
        assert {agent: pending.count_of(agent) for agent in waiting} == waiting
        assert pending.count_of("nobody") == 0
        assert sum(map(pending.count_of, ("payer", "other"))) == waiting.total()

    @invariant()
    def nothing_executes_twice(self) -> None:
        """I3: one action once; under one key once; one approval once."""
        actions = Counter(r.allowed.request.action_id for r in self.executed)
        assert not [action for action, count in actions.items() if count > 1]

    @invariant()
    def keys_execute_once(self) -> None:
        used: dict[tuple[str, str], int] = {}
        for released in self.executed:
            call = released.allowed.request.call
            if call.key is not None:
                scoped = (call.agent, call.key)
                assert scoped not in used, "a caller's key executed twice"
                used[scoped] = 1

    @invariant()
    def records_hold(self) -> None:
        """I2, I4, budgets: over what is durable, once for each new record."""
        if not hasattr(self, "bank") or self.bank.log.durable == self.checked:
            return
        entries = self.bank.entries()
        self.checked = len(entries)
        assert [e.record.predicate.at for e in entries] == sorted(
            e.record.predicate.at for e in entries
        )
        self._one_effect_each(entries)
        self._within_budget(entries)
        self._planted_never_allowed(entries)

    def _planted_never_allowed(self, entries: Iterable[Any]) -> None:
        made_up = {
            case["actionId"]
            for entry in entries
            if entry.record.kind is Kind.DRILL
            for case in entry.beside["cases"]
        }
        for entry in entries:
            said = entry.record.predicate
            if isinstance(said, DecisionRecord) and said.action_id in made_up:
                assert said.decision.outcome is not Outcome.ALLOW, "made up, and allowed"

    def _one_effect_each(self, entries: Iterable[Any]) -> None:
        allows: dict[str, int] = Counter()
        effects: dict[str, int] = Counter()
        for entry in entries:
            said = entry.record.predicate
            if isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
                allows[said.action_id] += 1
            if isinstance(said, EffectRecord):
                effects[said.action_id] += 1
                assert allows[said.action_id] == 1, "an effect of what was not allowed"
        assert set(allows.values()) <= {1}
        assert set(effects.values()) <= {1}

    def _within_budget(self, entries: Iterable[Any]) -> None:
        """No hour of what was charged and not given back holds more than the grant."""
        failed = {
            e.record.predicate.action_id
            for e in entries
            if e.record.kind is Kind.EFFECT and e.record.predicate.status is Status.FAILED
        }
        charges = []
        for entry in entries:
            said = entry.record.predicate
            if isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
                charges += [
                    (said.at, Decimal(used.amount or 0))
                    for used in said.grants
                    if used.grant == "pays" and said.action_id not in failed
                ]
        for end, _ in charges:
            window = [amount for at, amount in charges if end - 3_600_000_000 < at <= end]
            assert sum(window) <= 500
            assert len(window) <= 6

    @rule()
    def a_restart_knows_the_same(self) -> None:
        """What runs and what would start from the log agree, once everything is durable."""
        if self.bank.log.queued or self.bank.home.failure():
            return
        running, again = self.bank.home, Home(self.bank.log, self.bank.clock, self.bank.ids)
        at = running.now()
        assert _known(running, at) == _known(again, at)

    def teardown(self) -> None:
        if not hasattr(self, "bank"):
            return
        answers = Counter(
            r.answer for r in replay_all(self.bank.entries(), replayer(self.plans.get))
        )
        assert set(answers) <= {ReplayAnswer.SAME}
        self._unknown_is_listed()

    def _unknown_is_listed(self) -> None:
        """I2: what was released has one durable effect, or is listed as unknown."""
        self.bank.log.broken = False
        self.bank.kernel.tick()
        self.bank.log.write()
        self.a_restart_knows_the_same()
        effects = self._effects()
        listed = set(self.bank.home.state.open)
        for released in self.executed:
            action = released.allowed.request.action_id
            assert (action in effects) != (action in listed)

    def _effects(self) -> set[str]:
        return {
            e.record.predicate.action_id
            for e in self.bank.entries()
            if e.record.kind is Kind.EFFECT
        }

    def _handles(self) -> list[str]:
        return [
            e.record.predicate.escalation.handle
            for e in self.bank.entries()
            if e.record.kind is Kind.DECISION and e.record.predicate.escalation is not None
        ]


def _known(home: Home, at: Instant) -> dict[str, Any]:
    """Everything that decides, as plain values."""
    state: State = home.state
    return {
        "plan": (state.plan, state.plan_ref, state.released_by, state.authority),
        "stops": dict(state.stops),
        "tokens": (dict(state.tokens), set(state.token_names)),
        "open": dict(state.open),
        "outcomes": dict(state.outcomes),
        "pending": dict(state.pending._by_handle),
        "by action": {k: p.handle for k, p in state.pending._by_action.items()},
        "keys": state.keys.to_json(at),
        "budgets": [(u.count, u.sum.normalize()) for u in state.budgets.used("pays", at)],
        "last": state.last_at,
    }


Kernels.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestKernels = Kernels.TestCase
