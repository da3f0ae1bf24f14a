"""Agents that share a sum, in every order of events: together they never pass its cap."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.worlds.shared import SharedBank, changed
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.errors import CommandInvalid, LogUnavailable, NotAuthorised
from watchkeeper.ledger.canonical import canonical, parse_canonical
from watchkeeper.ledger.plan_bundle import bundle_bytes
from watchkeeper.loop.steps import Admitted, Allowed, Answer
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Status
from watchkeeper.records.statement import statement_of
from watchkeeper.verify.bounds import Purses
from watchkeeper.verify.entries import _decided as decided_of

WINDOW = 3_600_000_000
CAPS = ("100.00", "60.50", "150.00")
_HOUR = changed("budgets.yaml", "within: 24h", "within: 1h")["budgets.yaml"] or ""
_AGENTS = st.sampled_from(["payer", "clerk", "seller"])
_AMOUNTS = st.sampled_from([0, 0.01, 10, 25.5, 33.3333, 60, 100, 100.01, -5])
_CURRENCIES = st.sampled_from(["EUR", "EUR", "EUR", "EUR", "USD", "eur"])
_REFUSED = (CommandInvalid, NotAuthorised, LogUnavailable)


class Sharing(RuleBasedStateMachine):
    """Calls of several agents, clocks, disks, plans and starts, in any order."""

    @initialize()
    def start(self) -> None:
        self.bank = SharedBank({"budgets.yaml": _HOUR})
        self.plans = {self.bank.home.enforcer.digest: self.bank.home.enforcer.bundle}
        self.admitted: list[Admitted] = []
        self.answers: list[Allowed] = []
        self.released: list[Allowed] = []

    @rule(agent=_AGENTS, amount=_AMOUNTS, currency=_CURRENCIES, now=st.booleans())
    def pay(self, agent: str, amount: float, currency: str, now: bool) -> None:
        """An agent asks; others may come between its admission and its decision."""
        call = self.bank.call(agent, "pay", amount=amount, currency=currency)
        self._take(self.bank.kernel.admit(call), now)

    @rule(agent=_AGENTS, cents=st.sampled_from([1, 999, 5050, 10_000, -1]), now=st.booleans())
    def move(self, agent: str, cents: int, now: bool) -> None:
        self._take(self.bank.kernel.admit(self.bank.call(agent, "move", cents=cents)), now)

    def _take(self, found: Admitted | Answer, now: bool) -> None:
        if isinstance(found, Admitted) and not now:
            self.admitted.append(found)
        elif isinstance(found, Admitted):
            self._answered(self.bank.kernel.decide(found))

    @precondition(lambda self: self.admitted)
    @rule(which=st.integers(0, 50))
    def decide(self, which: int) -> None:
        self._answered(self.bank.kernel.decide(self.admitted.pop(which % len(self.admitted))))

    def _answered(self, answer: Answer) -> None:
        if isinstance(answer, Allowed):
            self.answers.append(answer)

    @precondition(lambda self: self.answers)
    @rule(which=st.integers(0, 50))
    def release(self, which: int) -> None:
        answer = self.answers.pop(which % len(self.answers))
        if answer.ticket.done and answer.ticket.error is None:  # type: ignore[attr-defined]
            self.released.append(answer)

    @precondition(lambda self: self.released)
    @rule(which=st.integers(0, 50), status=st.sampled_from(Status))
    def finish(self, which: int, status: Status) -> None:
        """The action ends; one that is dropped without an end stays charged."""
        done = self.released.pop(which % len(self.released))
        try:
            self.bank.kernel.finish(done, status, done.at, {})
        except LogUnavailable:
            return

    @rule(seconds=st.sampled_from([1, 600, 1799, 1800, 3599.999999, 3600, 7200]))
    def wait(self, seconds: float) -> None:
        self.bank.clock.advance(seconds)

    @rule(seconds=st.sampled_from([-7200, -30, 30]))
    def set_clock(self, seconds: float) -> None:
        self.bank.clock.leap(seconds)

    @rule(cap=st.sampled_from(CAPS), gone=st.booleans())
    def change_plan(self, cap: str, gone: bool) -> None:
        text = None if gone and cap == CAPS[0] else _HOUR.replace("100.00", cap)
        try:
            digest = self.bank.change({"budgets.yaml": text})
        except _REFUSED:
            return
        self.plans[digest] = self.bank.home.enforcer.bundle

    @rule(hold=st.booleans())
    def hold_or_write(self, hold: bool) -> None:
        self.bank.log.holding = hold
        if not hold:
            self.bank.log.write()

    @rule()
    def break_and_heal(self) -> None:
        self.bank.log.broken = True
        self.bank.log.write()
        self.bank.log.broken = self.bank.log.holding = False
        self.bank.kernel.tick()

    @rule(kept=st.booleans())
    def start_again(self, kept: bool) -> None:
        if kept:
            self.bank.home.keep(0)
        self.bank.crash()
        self.admitted, self.answers, self.released = [], [], []

    @rule()
    def begin_a_shard(self) -> None:
        if not self.bank.log.queued:
            try:
                self.bank.roll()
            except _REFUSED:
                return

    @invariant()
    def nothing_is_beyond_the_cap(self) -> None:
        """Count anew, from the records alone, what every allowed action came on top of."""
        if not hasattr(self, "bank"):
            return
        charges: dict[str, tuple[int, Decimal]] = {}
        for entry in self.bank.entries():
            said = entry.record.predicate
            if isinstance(said, EffectRecord) and said.status is Status.FAILED:
                charges.pop(said.action_id, None)
            if not isinstance(said, DecisionRecord) or said.decision.outcome is not Outcome.ALLOW:
                continue
            [budget] = self.plans[said.plan].shared_budgets or [None]
            if budget is None:
                assert said.grants == ()
                continue
            [used] = said.grants
            held = sum(
                (amount for at, amount in charges.values() if at > said.at - WINDOW), Decimal(0)
            )
            assert used.sum_before is not None
            assert Decimal(used.sum_before) == held
            assert held + Decimal(used.amount or 0) <= Decimal(budget.budget.sum or 0)
            charges[said.action_id] = (int(said.at), Decimal(used.amount or 0))

    def teardown(self) -> None:
        """The verifier, which adds up by itself, finds nothing; a kept state is the same state."""
        if not hasattr(self, "bank"):
            return
        purses = Purses(lambda plan: bundle_bytes(self.plans[plan]))
        for entry in self.bank.entries():
            said = entry.record.predicate
            if isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
                decided, at = decided_of(_json(statement_of(entry.record)))
                assert list(purses.allowed(entry.ref, decided, at)) == []
            if isinstance(said, EffectRecord):
                purses.settled(said.decision, failed=said.status is Status.FAILED)
        form = state_to_json(self.bank.home.state)
        assert state_to_json(state_from_json(form)) == form


def _json(value: object) -> dict[str, object]:
    found = parse_canonical(canonical(value))
    assert isinstance(found, dict)
    return found


Sharing.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=35,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestSharing = Sharing.TestCase
