"""I4: `decide` is a pure function of plan, request and facts; a replay says what was recorded."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import watchkeeper.do
from tests.worlds.bank import Bank, allowed, bank_bundle, escalated, pay
from watchkeeper.check.replay import ReplayAnswer, replay_all
from watchkeeper.do.decision.facts import facts_from_json, facts_to_json
from watchkeeper.do.decision.request import Call
from watchkeeper.loop.replay import replayer
from watchkeeper.records.action import Engine
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry

_WORLD = {"time", "datetime.now", "os", "random", "secrets", "uuid", "socket", "threading"}


def _answers(bank: Bank) -> Counter[ReplayAnswer]:
    again = replayer({bank.home.enforcer.digest: bank_bundle()}.get)
    return Counter(one.answer for one in replay_all(bank.entries(), again))


def _busy() -> Bank:
    """A home with every outcome in it, and refusals of every kind of call."""
    bank = Bank()
    allowed(bank.ask(pay(100)))
    handle = escalated(bank.ask(pay(300, to="cafe"))).handle
    bank.approve(handle)
    allowed(bank.come_back(handle))
    bank.ask(pay(5000))
    bank.ask(pay(100, to="x"), limit="1.00")
    bank.ask(pay(100, to="y"), values={})
    bank.ask(pay(100, to="z"), failed="it did not answer in time")
    bank.ask(replace(pay(), arguments={"to": "x"}))
    bank.ask(replace(pay(), arguments={"amount": float("nan")}))
    bank.ask(replace(pay(), tool="burn"))
    bank.ask(replace(pay(), method="resources/read"))
    bank.ask(replace(pay(), agent="nobody"))
    bank.ask(Call("payer", "", "bank", "", None, problem="it can not be read", raw=b"{"))
    bank.stop()
    bank.ask(pay(1, to="w"))
    return bank


def test_every_recorded_decision_replays_the_same() -> None:
    assert _answers(_busy()) == {ReplayAnswer.SAME: 14}


def test_what_was_erased_says_so_and_is_not_guessed() -> None:
    bank = _busy()
    for entry in bank.entries():
        if entry.record.kind is Kind.DECISION:
            bank.log.erase(entry.ref.index)
    assert set(_answers(bank)) == {ReplayAnswer.ERASED}


def test_another_engine_says_so() -> None:
    bank = Bank()
    allowed(bank.ask(pay()))
    entry = bank.entries()[-1]
    other = replace(entry.record.predicate, engine=Engine("cedarpy", "0.0.1"))
    changed = Entry(entry.ref, replace(entry.record, predicate=other), entry.payload)
    again = replayer({bank.home.enforcer.digest: bank_bundle()}.get)
    (one,) = replay_all([changed], again)
    assert one.answer is ReplayAnswer.ENGINE_DIFFERS


def test_a_recorded_decision_that_was_bent_is_found() -> None:
    bank = Bank()
    bank.ask(pay(5000))
    entry = bank.entries()[-1]
    decision = replace(entry.record.predicate.decision, controls=("another",))
    bent = replace(entry.record.predicate, decision=decision)
    changed = Entry(entry.ref, replace(entry.record, predicate=bent), entry.payload)
    again = replayer({bank.home.enforcer.digest: bank_bundle()}.get)
    (one,) = replay_all([changed], again)
    assert (one.answer, one.differs) == (ReplayAnswer.DIFFERENT, ("controls",))


@settings(max_examples=40)
@given(
    st.floats(-100, 1200, allow_nan=False),
    st.sampled_from(["5000.00", "50.00", "0.0", "-1.0", "1e3", "five", ""]),
    st.text(max_size=20),
)
def test_whatever_the_numbers_and_texts_a_replay_says_the_same(
    amount: float, limit: str, note: str
) -> None:
    bank = Bank()
    bank.ask(pay(amount, note=note), limit=limit)
    assert _answers(bank) == {ReplayAnswer.SAME: 1}


def test_facts_survive_their_record() -> None:
    bank = _busy()
    decisions = [e for e in bank.entries() if e.record.kind is Kind.DECISION]
    for entry in decisions:
        assert entry.payload is not None
        facts = facts_from_json(entry.payload.body["facts"])
        assert facts_to_json(facts) == entry.payload.body["facts"]


def test_nothing_that_decides_looks_at_the_world() -> None:
    folder = Path(watchkeeper.do.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & _WORLD, path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in _WORLD, path
