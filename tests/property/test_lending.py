"""No way of lending on lets an agent do what the grant's own agent may not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from tests.worlds.bank import Bank, pay
from tests.worlds.lenders import AGENTS, lenders_bundle, lent
from tests.worlds.tasks import APPLICATIONS, ended, opened, pay_in_task
from watchkeeper.do.decision.decide import Decided, decide
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.do.state.projection import State
from watchkeeper.errors import CommandInvalid, LogUnavailable
from watchkeeper.ledger.canonical import parse_json_unverified, render_checked
from watchkeeper.loop.lending import take_back
from watchkeeper.loop.steps import Admitted, Allowed
from watchkeeper.records.action import Outcome, Status

from hypothesis import HealthCheck, given, settings  # isort: skip
from hypothesis import strategies as st  # isort: skip

_AMOUNTS = st.sampled_from(["0.01", "50", "150", "150.01", "1000"])
_PLACES = ("shop", "mill", "farm")
_LENDS = st.fixed_dictionaries(
    {
        "giver": st.sampled_from(("payer", *AGENTS)),
        "to": st.sampled_from(("payer", *AGENTS)),
    },
    optional={
        "caps": st.fixed_dictionaries({"amount": _AMOUNTS}),
        "resources": st.sets(st.sampled_from(_PLACES), min_size=1).map(tuple),
        "seconds": st.sampled_from([1, 60, 3600, 3601]),
        "count": st.integers(0, 3),
        "actions": st.just(("bank/pay",)) | st.just(("bank/look",)),
    },
)
_CALLS = st.fixed_dictionaries(
    {
        "agent": st.sampled_from(AGENTS),
        "amount": st.sampled_from([0.01, 50, 150, 150.01, 200, 1000]),
        "to": st.sampled_from(_PLACES),
    }
)


def _decided(bank: Bank, agent: str, amount: float, to: str) -> Decided:
    """What would be decided now, without any of it being done."""
    admitted = bank.kernel.admit(pay(amount, agent=agent, to=to, note=agent))
    assert isinstance(admitted, Admitted)
    facts = bank.kernel.facts(admitted, bank.reads(admitted))
    return decide(bank.home.enforcer, admitted.request, facts)


def _lend(bank: Bank, said: dict[str, Any]) -> None:
    try:
        made = lent(bank, **said)
    except CommandInvalid:
        return
    held = [one for one in bank.tell("ana", "delegations") if one["id"] == made.id]
    for parent in (one for one in bank.tell("ana", "delegations") if one["id"] in held[0]["rests"]):
        assert held[0]["until"] <= parent["until"]
        assert float(held[0]["most"]["amount"]) <= float(parent["most"]["amount"])


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    lends=st.lists(_LENDS, min_size=1, max_size=6),
    calls=st.lists(_CALLS, min_size=3, max_size=6),
    back=st.integers(0, 8),
)
def test_what_a_taker_may_the_root_may(
    lends: list[dict[str, Any]], calls: list[dict[str, Any]], back: int
) -> None:
    bank = Bank(lenders_bundle())
    lent(bank, "payer", "other")
    for said in lends:
        _lend(bank, dict(said))
    listed = bank.tell("ana", "delegations")
    if back < len(listed):
        take_back(bank.home, listed[back]["giver"], listed[back]["id"])
    for call in calls:
        taken = _decided(bank, **call)
        own = _decided(bank, **{**call, "agent": "payer"})
        if taken.part.outcome is not Outcome.BLOCK:
            assert own.part.outcome is taken.part.outcome
            assert taken.lent
            assert call["amount"] <= 150
            assert taken.lent[0].givers[-1] == "payer"


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(counts=st.lists(st.integers(1, 3), min_size=1, max_size=3), asked=st.integers(1, 6))
def test_a_count_binds_all_that_rests_on_it(counts: list[int], asked: int) -> None:
    bank, chain = Bank(lenders_bundle()), ("payer", *AGENTS)
    narrowest = counts[0]
    for n, count in enumerate(counts):
        narrowest = min(narrowest, count)
        lent(bank, chain[n], chain[n + 1], count=narrowest)
    done = [bank.ask(pay(1, agent=chain[len(counts)], note=str(n))) for n in range(asked)]
    allowed = sum(hasattr(answer, "decided") for answer in done)
    assert allowed == min(asked, narrowest)


class _Story:
    """What may happen to a home with tasks and lent authority, a step at a time."""

    def __init__(self) -> None:
        self.bundle = replace(lenders_bundle(), applications=APPLICATIONS)
        self.bank = Bank(self.bundle)
        self.open: list[Allowed] = []
        self.steps: list[Callable[[int], Any]] = [
            lambda n: lent(self.bank, "payer", AGENTS[n % 4], count=n % 3 or None, seconds=60 + n),
            lambda n: lent(self.bank, AGENTS[n % 4], AGENTS[(n + 1) % 4], resources=("shop",)),
            lambda n: take_back(self.bank.home, "payer", self._id(n)),
            self._ask,
            self._finish,
            lambda n: opened(self.bank, {}, id=f"task-0000-0000-000{n}"),
            lambda n: ended(self.bank, id_=f"task-0000-0000-000{n}"),
            lambda n: self.bank.stop("agent", ("payer", *AGENTS)[n % 5]),
            lambda n: self.bank.resume("agent", ("payer", *AGENTS)[n % 5]),
            lambda n: self.bank.clock.advance(20 * n),
            lambda n: self.bank.release(replace(self.bundle, scope=f"scope {n}")),
            lambda _: self.bank.crash(),
        ]

    def go(self, step: int, n: int) -> None:
        with suppress(CommandInvalid, IndexError):
            self.steps[step % len(self.steps)](n)

    def _id(self, n: int) -> str:
        return str(self.bank.tell("ana", "delegations")[n]["id"])

    def _ask(self, n: int) -> None:
        task = f"task-0000-0000-000{n}" if n % 2 else None
        asked = pay_in_task(10, task, agent=("payer", *AGENTS)[n % 5], note=str(len(self.open)))
        answer = self.bank.ask(asked)
        self.open += [answer] if isinstance(answer, Allowed) else []

    def _finish(self, n: int) -> None:
        one = self.open.pop(n % len(self.open) if self.open else 0)
        status = Status.FAILED if n % 2 else Status.SUCCEEDED
        with suppress(LogUnavailable):
            self.bank.kernel.finish(one, status, one.at, {})


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 8)), min_size=8, max_size=40),
    part=st.floats(0, 1),
)
def test_a_kept_state_goes_on_the_same(steps: list[tuple[int, int]], part: float) -> None:
    story = _Story()
    for step, n in [(0, 0), (5, 1), (3, 1), *steps]:
        story.go(step, n)
    entries = story.bank.entries()
    cut = round(part * len(entries))
    rebuilt, before = State(), State()
    for entry in entries:
        rebuilt.apply(entry)
    for entry in entries[:cut]:
        before.apply(entry)
    kept = parse_json_unverified(render_checked(state_to_json(before)))
    restored = state_from_json(kept)
    for entry in entries[cut:]:
        restored.apply(entry)
    assert render_checked(state_to_json(restored)) == render_checked(state_to_json(rebuilt))
    assert story.bank.home.kept_form() == render_checked(state_to_json(rebuilt))
