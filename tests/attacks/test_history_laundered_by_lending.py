"""An agent that may not act for what happened before lends to one that may: it may not either."""

from __future__ import annotations

import pytest

from tests.worlds.remembered import remembering
from tests.worlds.shared import SharedBank
from watchkeeper.check.replay import ReplayAnswer, replay_all
from watchkeeper.do.decision.delegation import Wanted
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.loop.lending import Deal, Giver, held_by, lend
from watchkeeper.loop.replay import replayer
from watchkeeper.records.action import Outcome, Status

_GRANT = """\
agent: payer
grants:
  - id: pays
    granted_by: ana
    control: limits
    actions: [bank/pay]
    bands: [{argument: amount, alone: 50.00, least: 0.01}]
    delegable: {to: [clerk, porter]}
"""
_HISTORY = """\
history:
  tainted: {kind: untrusted-since-word, within: 1h}
  pays-here: {kind: count, tools: [bank/pay], same: conversation, within: 1d}
  pays-alone: {kind: count, tools: [bank/pay], same: agent, within: 1d}
"""
_RULES = """\
@id("tainted")
@control("limits")
forbid (principal, action == Action::"bank/pay", resource)
when { context.facts.history.tainted };

@id("three-times")
@control("limits")
forbid (principal, action == Action::"bank/pay", resource)
unless { context.facts.history.pays_here < 3 && context.facts.history.pays_alone < 3 };
"""
_READS = """\
@id("desk-reads")
@control("limits")
permit (principal, action == Action::"bank/read", resource);
"""


class LendingBank(SharedBank):
    """`payer` alone may pay, and may lend that; all may read."""

    def __init__(self) -> None:
        files = remembering(_HISTORY, _RULES)
        desk = files["systems/desk.yaml"] or ""
        clerk = "  - id: clerk\n"
        more = {"systems/desk.yaml": desk.replace(clerk, f"{clerk}  - id: porter\n")}
        grants = {"authority/payer.yaml": _GRANT, "policies/desk/may.permit.cedar": _READS}
        super().__init__({**files, **more, **grants})

    def lends(self, giver: str, taker: str) -> None:
        held = held_by(self.home, giver, "pays", None)
        lend(self.home, Deal(Giver(giver), taker, held), Wanted())[1].wait(10)

    def pays(self, agent: str, status: Status = Status.SUCCEEDED) -> bool:
        return self.do(agent, "pay", status, amount=10, currency="EUR")


@pytest.fixture
def bank() -> LendingBank:
    return LendingBank()


def test_what_the_giver_read_taints_whoever_acts_by_what_it_lent(bank: LendingBank) -> None:
    assert bank.do("payer", "read")
    assert not bank.pays("payer")
    bank.lends("payer", "clerk")
    assert not bank.pays("clerk")
    assert bank.last().decision.policies == ("tainted",)
    bank.clock.advance(3600)
    assert bank.pays("payer")


@pytest.mark.parametrize("reader", ["payer", "clerk", "porter"])
def test_every_giver_of_a_chain_is_asked(bank: LendingBank, reader: str) -> None:
    bank.lends("payer", "clerk")
    bank.lends("clerk", "porter")
    assert bank.pays("porter")
    assert bank.do(reader, "read")
    assert not bank.pays("porter")


def test_who_lent_is_not_tainted_by_what_the_taker_read(bank: LendingBank) -> None:
    bank.lends("payer", "clerk")
    assert bank.do("clerk", "read")
    assert not bank.pays("clerk")
    assert bank.pays("payer")


def test_a_count_is_not_begun_anew_by_lending(bank: LendingBank) -> None:
    bank.lends("payer", "clerk")
    bank.lends("payer", "porter")
    assert [bank.pays(one) for one in ("payer", "clerk", "porter")] == [True] * 3
    for one in ("payer", "clerk", "porter"):
        assert not bank.pays(one)
        assert bank.last().decision.policies == ("three-times",)


def test_what_failed_is_taken_back_for_all(bank: LendingBank) -> None:
    bank.lends("payer", "clerk")
    for _ in range(4):
        assert bank.pays("clerk", Status.FAILED)
    assert [bank.pays("payer") for _ in range(4)] == [True, True, True, False]


def test_it_replays_and_a_start_knows_the_same(bank: LendingBank) -> None:
    bank.lends("payer", "clerk")
    bank.pays("clerk")
    bank.do("payer", "read")
    bank.pays("clerk")
    plan = bank.home.enforcer
    again = replayer(lambda digest: plan.bundle if digest == plan.digest else None)
    found = list(replay_all(bank.entries(), again))
    assert {(one.answer, one.detail) for one in found} == {(ReplayAnswer.SAME, "")}
    assert {one.decision.outcome for one in bank.decisions()} == {Outcome.ALLOW, Outcome.BLOCK}
    form = state_to_json(bank.home.state)
    assert state_to_json(state_from_json(form)) == form
    bank.crash()
    assert state_to_json(bank.home.state) == form
    assert not bank.pays("clerk")
