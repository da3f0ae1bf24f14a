"""A home in which people approve ahead and stand in for each other, in every order of events."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from tests.property.test_kernel_machine import _REFUSED, Kernels
from tests.property.test_state_kept import _again, _applied, _form
from tests.worlds.bank import Bank, pay, public
from tests.worlds.drills import drilled
from tests.worlds.reviews import bundle_with
from tests.worlds.standing import absence_body
from watchkeeper.do.state.parts import Absences, Standings
from watchkeeper.do.state.projection import State
from watchkeeper.loop.ahead import offers_of
from watchkeeper.loop.inbox.lending import lent_body
from watchkeeper.loop.inbox.objections import stands_in
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Status
from watchkeeper.records.administration import PlanReleaseRecord, StopRecord
from watchkeeper.records.codec import to_json
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.policies import StandingRule
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import StandingEndedRecord, StandingRecord
from watchkeeper.records.statement import Entry

from hypothesis import HealthCheck, settings  # isort: skip
from hypothesis import strategies as st  # isort: skip
from hypothesis.stateful import initialize, rule  # isort: skip

_PEOPLE = st.sampled_from(["ana", "ben", "ben", "cyd"])


def _plan(scope: str = "Paying people.") -> Bundle:
    before = bundle_with(bundle=drilled(), standing=StandingRule(2, 3600, {"amount": "300"}))
    people = (*before.people, Person("dan", "Dan", (public("dan"),)))
    return replace(before, people=people, deputies={"lead": ("dan",)}, scope=scope)


class LendingKernels(Kernels):
    """The same world, where people lend their word."""

    @initialize()
    def start(self) -> None:
        super().start()
        self.bank = Bank(_plan())
        self.plans = {self.bank.home.enforcer.digest: _plan()}

    @rule(scope=st.sampled_from(["Paying people.", "Paying more people."]))
    def release_plan(self, scope: str) -> None:
        with suppress(*_REFUSED):
            self.plans[self.bank.release(_plan(scope))] = _plan(scope)

    @rule(amount=st.sampled_from([250, 300]), note=st.integers(0, 99), person=_PEOPLE)
    def one_is_asked_for_and_approved(self, amount: int, note: int, person: str) -> None:
        answer = self.bank.ask(pay(amount, note=f"m{note}"))
        handle = getattr(answer, "handle", None)
        if handle is None:
            self._take(answer)
            return
        if handle not in self._handles():
            return  # nobody is told a handle before its record is on the disk
        with suppress(*_REFUSED):
            self.bank.approve(handle, person)
            self._take(self.bank.come_back(handle))

    @rule(person=_PEOPLE, count=st.integers(1, 2), seconds=st.sampled_from([60, 3600]))
    def somebody_approves_ahead(self, person: str, count: int, seconds: int) -> None:
        if self.bank.home.failure() is not None:
            return
        for offer in offers_of(self.bank.home, person)[:1]:
            caps = [{"argument": "amount", "most": "300"}]
            asked = {"handle": offer.handle, "count": count, "seconds": seconds, "caps": caps}
            with suppress(*_REFUSED):
                body = lent_body(self.bank.home, person, "standing", asked)
                self.bank.tell(person, "standing", **body)

    @rule(person=_PEOPLE, count=st.integers(1, 2), more=st.integers(1, 3), note=st.integers(0, 99))
    def a_reviewer_approves_ahead_and_the_agent_goes_on(
        self, person: str, count: int, more: int, note: int
    ) -> None:
        """The whole of it at once: seldom does chance put these together."""
        self.bank.log.broken, self.bank.log.holding, self.bank.log.room = False, False, 1 << 40
        self.turn()
        self.accept_the_clock()
        self.resume_all()
        self.one_is_asked_for_and_approved(250, note, person)
        self.somebody_approves_ahead(person, count, 3600)
        for n in range(more):
            self._take(self.bank.ask(pay(210 + 45 * n, note=f"after {note}")))
        for which in range(len(self.answers)):
            self.release(which)

    @rule(person=_PEOPLE)
    def somebody_ends_one(self, person: str) -> None:
        for ahead in self.bank.home.state.part(Standings).all_holding(self.bank.home.now())[:1]:
            with suppress(*_REFUSED):
                self.bank.tell(person, "end-standing", id=ahead.id, reason=None)

    @rule(person=st.sampled_from(["ben", "cyd"]), days=st.integers(1, 3))
    def somebody_goes_away(self, person: str, days: int) -> None:
        body = absence_body(self.bank, person, days=days)
        with suppress(*_REFUSED):
            self.bank.commands.run(self.bank.sign(person, "away", body), {})

    @rule(person=_PEOPLE)
    def somebody_is_back(self, person: str) -> None:
        for away in self.bank.home.state.part(Absences).known(self.bank.home.now())[:1]:
            with suppress(*_REFUSED):
                self.bank.tell(person, "end-absence", id=away.id, reason=None)

    @rule(which=st.integers(0, 50))
    def the_deputy_approves(self, which: int) -> None:
        self.somebody_goes_away("ben", 1)
        self.bank.ask(pay(250, note=f"for dan {which}"))
        handles, home = self._handles(), self.bank.home
        pending = (
            home.state.pending.by_handle(handles[-1 - which % len(handles)]) if handles else None
        )
        for away in stands_in(home.state, "dan", pending, home.now()) if pending else ():
            stead = {"for": away.person, "absence": to_json(away.ref)}
            with suppress(*_REFUSED):
                self.bank.approve(pending.handle, "dan", **stead)  # type: ignore[union-attr]

    @rule(part=st.floats(0, 1))
    def a_kept_state_goes_on_the_same(self, part: float) -> None:
        entries = self.bank.entries()
        cut = round(part * len(entries))
        rebuilt, before = _applied(State(), entries), _applied(State(), entries[:cut])
        assert _form(_applied(_again(before), entries[cut:])) == _form(rebuilt)

    def _check_approval(self, record: DecisionRecord) -> None:
        """Nobody counts twice: not as a deputy beside whom they stand in for, either."""
        super()._check_approval(record)
        verdicts = [self.bank.log.entry(ref).record.predicate for ref in record.verdicts]
        names = [name for v in verdicts for name in {v.reviewer, v.stands_in_for or v.reviewer}]
        assert len(set(names)) == len(names)

    def _one_effect_each(self, entries: Iterable[Any]) -> None:
        """Everything durable is looked at here: also what was lent."""
        super()._one_effect_each(entries)
        _lent_within(list(entries))


def _lent_within(entries: list[Entry]) -> None:
    """No approval ahead is used too often, too late, on more, or after what ended it."""
    held: dict[Ref, tuple[StandingRecord, set[str]]] = {}
    over: set[Ref] = set()
    for entry in entries:
        said = entry.record.predicate
        if isinstance(said, StandingRecord):
            held[entry.ref] = (said, set())
            given = next(e.record.predicate for e in entries if e.ref == said.approval)
            assert isinstance(given, VerdictRecord)
            assert (given.reviewer, given.stands_in_for) == (said.by, None)
        elif isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
            for ref in said.standing:
                made, used = held[ref]
                used.add(said.action_id)
                assert ref not in over
                assert len(used) <= made.count
                assert said.at < made.until
                assert (said.agent, said.plan) == (made.agent, made.plan)
                assert all(one.clear <= 300 for one in said.arguments if one.name == "amount")
        elif isinstance(said, EffectRecord) and said.status is Status.FAILED:
            for _, used in held.values():
                used.discard(said.action_id)
        elif isinstance(said, StandingEndedRecord):
            over |= {ref for ref, (made, _) in held.items() if made.id == said.id}
        elif isinstance(said, PlanReleaseRecord):
            over |= {ref for ref, (made, _) in held.items() if made.plan != said.plan}
        elif isinstance(said, StopRecord):
            over |= {
                ref
                for ref, (made, _) in held.items()
                if said.scope.holds(made.agent, made.system, made.action)
            }


LendingKernels.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLendingKernels = LendingKernels.TestCase
