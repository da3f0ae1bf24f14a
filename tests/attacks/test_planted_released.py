"""A planted escalation is never released, whoever approves it, whoever has its handle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.drills import drilled, forge, handle_of, planted, revealed, revelation, turn
from tests.worlds.standing import approve_ahead, standing_plan
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.decision.request import Call
from watchkeeper.do.state.parts import Planted
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.steps import Admitted, Allowed, Escalated, Refused
from watchkeeper.records.action import DecisionRecord, Outcome, Reason
from watchkeeper.records.drill import Observed
from watchkeeper.records.kinds import Kind


@pytest.fixture
def bank() -> Bank:
    return Bank(drilled())


def _allows(bank: Bank) -> int:
    said = (entry.record.predicate for entry in bank.entries())
    return sum(
        isinstance(one, DecisionRecord) and one.decision.outcome is Outcome.ALLOW for one in said
    )


def test_approved_and_asked_for_by_its_handle_it_is_refused(bank: Bank) -> None:
    plant = planted(bank)
    handle = handle_of(bank, plant)
    bank.approve(handle)
    answer = bank.come_back(handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.PLANTED
    assert _allows(bank) == 0


def test_so_it_is_after_a_crash_between_the_approval_and_what_reveals_it(bank: Bank) -> None:
    handle = handle_of(bank, planted(bank))
    bank.approve(handle)
    bank.crash()
    answer = bank.come_back(handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.PLANTED
    turn(bank)
    assert [one.observed for one in revealed(bank)] == [Observed.APPROVED]
    assert _allows(bank) == 0


def test_after_it_is_revealed_it_is_as_impossible(bank: Bank) -> None:
    handle = handle_of(bank, planted(bank))
    bank.approve(handle)
    turn(bank)
    assert bank.home.state.part(Planted).open() == ()
    answer = bank.come_back(handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.PLANTED
    assert _allows(bank) == 0


def test_no_agent_but_the_one_it_names_gets_even_that(bank: Bank) -> None:
    handle = handle_of(bank, planted(bank))
    bank.approve(handle)
    answer = bank.come_back(handle, agent="other")
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.INVALID_REQUEST


def test_the_agents_own_call_of_the_same_bytes_is_another_action(bank: Bank) -> None:
    plant = planted(bank)
    same = Call("payer", "tools/call", "bank", "pay", dict(_arguments(bank)))
    answer = escalated(bank.ask(same))
    assert answer.handle != handle_of(bank, plant)
    bank.approve(handle_of(bank, plant))
    assert isinstance(bank.ask(same), Escalated)
    bank.approve(answer.handle)
    assert isinstance(bank.come_back(answer.handle), Allowed)


def _arguments(bank: Bank) -> dict[str, object]:
    drill = next(entry for entry in bank.entries() if entry.record.kind is Kind.DRILL)
    found: dict[str, object] = drill.beside["cases"][0]["case"]["arguments"]
    return found


def test_it_takes_no_room_from_the_agent(bank: Bank) -> None:
    planted(bank)
    for amount in (210, 220, 230):
        escalated(bank.ask(pay(amount, note=str(amount))))
    answer = bank.ask(pay(240, note="more"))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.TOO_MANY_PENDING


def test_it_charges_no_budget(bank: Bank) -> None:
    before = bank.home.budget_facts("payer", "bank/pay", bank.home.now())
    bank.approve(handle_of(bank, planted(bank)))
    turn(bank)
    assert bank.home.budget_facts("payer", "bank/pay", bank.home.now()) == before


def test_a_home_that_releases_one_after_all_is_found_out(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", drilled())
    plant = planted(bank)
    handle = handle_of(bank, plant)
    bank.approve(handle)
    # A home that lies forgets, between the approval and the release, what it committed to.
    part, bank.home.state.parts[Planted] = bank.home.state.part(Planted), Planted()
    answer = bank.come_back(handle)
    assert isinstance(answer, Allowed)
    bank.home.state.parts[Planted] = part
    forge(bank, revelation(bank, plant, observed=Observed.APPROVED))
    (step,) = [s for s in bank.verify().steps if s.number == 25]
    bank.close()
    assert step.status == "failed"
    assert "was never escalated, or was released" in step.detail


def test_nor_can_it_be_released_once_it_was_revealed(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", drilled())
    plant = planted(bank)
    handle = handle_of(bank, plant)
    bank.approve(handle)
    admitted = bank.kernel.come_back("payer", handle)
    assert isinstance(admitted, Admitted)
    turn(bank)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    request = bank.home.request_of(pending)
    assert request is not None
    # The same action again, as if it had never waited.
    again = replace(admitted, request=request, keys=(), pending=None)
    answer = bank.kernel.decide(
        again, (FactRead("account", bank.home.now(), {"limit": "5000.00"}),)
    )
    assert isinstance(answer, Escalated)
    assert answer.ticket is not None
    answer.ticket.wait(10)
    bank.approve(answer.handle)
    allowed(bank.come_back(answer.handle)).ticket.wait(10)
    (step,) = [s for s in bank.verify().steps if s.number == 25]
    bank.close()
    assert step.status == "failed"
    assert "a planted action was allowed" in step.detail


def test_nothing_is_approved_ahead_by_it(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", drilled(standing_plan(approvals=2)))
    plant = planted(bank)
    handle = handle_of(bank, plant)
    bank.approve(handle, "ben")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    given = pending.verdicts[0].ref
    with pytest.raises(CommandInvalid, match="approved ahead"):
        approve_ahead(bank, "ben", given)
    # A home that lies takes it all the same, and reveals what it rests on.
    part, bank.home.state.parts[Planted] = bank.home.state.part(Planted), Planted()
    approve_ahead(bank, "ben", given)
    bank.home.state.parts[Planted] = part
    bank.refuse(handle, "cyd")
    turn(bank)
    (step,) = [s for s in bank.verify().steps if s.number == 25]
    bank.close()
    assert step.status == "failed"
    assert "a standing approval rests on it" in step.detail
