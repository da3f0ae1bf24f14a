"""What was committed to can not be exchanged, added to or passed over afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.drills import (
    a_case,
    committed,
    drilled,
    forge,
    forge_drill,
    handle_of,
    marks,
    planted,
    revelation,
    the_plant,
    turn,
)
from tests.worlds.reviews import durable
from watchkeeper.do.state.parts import Plant, Planted
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.ledger.commitment import commitment_of
from watchkeeper.loop.drills.case import case_of, sealed, unsealed
from watchkeeper.records.action import Reason
from watchkeeper.records.drill import DrillRevealedRecord, Observed
from watchkeeper.records.people import Answer
from watchkeeper.records.reference import Ref


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", drilled())
    yield bank
    bank.close()


def _step(bank: DiskBank) -> tuple[str, str]:
    (found,) = [step for step in bank.verify().steps if step.number == 25]
    return found.status.value, found.detail


def test_told_truly_it_holds(bank: DiskBank) -> None:
    bank.refuse(handle_of(bank, planted(bank)))
    turn(bank)
    assert _step(bank) == (
        "checked",
        "1 planted escalations committed to, 1 revealed, 0 open",
    )
    assert bank.verify().ok


def _real(bank: Bank) -> tuple[Ref, str, str]:
    """A real action that somebody refused."""
    handle = durable(bank, amount=310, note="real")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    bank.refuse(handle)
    return pending.decision, pending.action_id, pending.digest


def _another_action(bank: Bank, plant: Plant) -> DrillRevealedRecord:
    decision, action, digest = _real(bank)
    made = revelation(bank, plant, observed=Observed.REFUSED)
    return replace(made, decision=decision, action_id=action, request=digest)


def _another_decision(bank: Bank, plant: Plant) -> DrillRevealedRecord:
    decision, action, _ = _real(bank)
    made = revelation(bank, plant, observed=Observed.REFUSED)
    return replace(made, decision=decision, action_id=action)


def _opened_anew(bank: Bank, plant: Plant) -> DrillRevealedRecord:
    """A commitment to the real action that is made up afterwards."""
    decision, action, digest = _real(bank)
    made = revelation(bank, plant, observed=Observed.REFUSED)
    commitment = commitment_of(bytes.fromhex(made.salt), digest, "refuse", made.wrong)
    return replace(made, decision=decision, action_id=action, request=digest, commitment=commitment)


def _committed_afterwards(bank: Bank, plant: Plant) -> DrillRevealedRecord:
    made = _opened_anew(bank, plant)
    return replace(made, drill=forge_drill(bank, (made.commitment,)))


LIES: dict[str, tuple[Callable[[Bank, Plant], DrillRevealedRecord], str]] = {
    "another action": (_another_action, "does not open its commitment"),
    "another decision": (_another_decision, "reveals another action than was escalated"),
    "a commitment of its own": (_opened_anew, "reveals what nobody committed to"),
    "a commitment made afterwards": (_committed_afterwards, "committed to after it was planted"),
    "another answer": (
        lambda b, p: revelation(b, p, observed=Observed.REFUSED, expected=Answer.APPROVE),
        "does not open its commitment",
    ),
    "another fault": (
        lambda b, p: revelation(b, p, observed=Observed.REFUSED, wrong="0" * 64),
        "does not open its commitment",
    ),
    "a salt of no length": (
        lambda b, p: revelation(b, p, observed=Observed.REFUSED, salt=""),
        "does not open its commitment",
    ),
    "caught, where it was approved": (
        lambda b, p: revelation(b, p, observed=Observed.EXPIRED),
        "says expired, where it was refused",
    ),
    "as not planted": (
        lambda b, p: revelation(b, p, observed=Observed.NOT_PLANTED),
        "says neither that it was not planted",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_revealed_otherwise_it_is_found(bank: DiskBank, lie: str) -> None:
    plant = planted(bank)
    bank.refuse(handle_of(bank, plant))
    make, found = LIES[lie]
    forge(bank, make(bank, plant))
    status, detail = _step(bank)
    assert status == "failed"
    assert found in detail


def test_one_that_reviewers_missed_can_not_be_called_caught(bank: DiskBank) -> None:
    plant = planted(bank)
    bank.approve(handle_of(bank, plant))
    turn(bank)
    assert _step(bank)[0] == "checked"
    other = DiskBank(bank.path.parent / "other", drilled())
    plant = planted(other)
    other.approve(handle_of(other, plant))
    forge(other, revelation(other, plant, observed=Observed.REFUSED))
    status, detail = _step(other)
    other.close()
    assert status == "failed"
    assert "while people could still answer it" in detail


def test_twice_revealed_is_found(bank: DiskBank) -> None:
    plant = planted(bank)
    bank.refuse(handle_of(bank, plant))
    made = revelation(bank, plant, observed=Observed.REFUSED)
    forge(bank, made)
    forge(bank, made)
    assert "reveals what nobody committed to" in _step(bank)[1]


def test_what_is_never_revealed_is_named_after_seven_days(bank: DiskBank) -> None:
    forge_drill(bank, ("1" * 64,))
    bank.clock.advance(6 * 86_400)
    bank.ask(pay(10))
    assert _step(bank)[0] == "checked"
    bank.clock.advance(2 * 86_400)
    bank.tell("ana", "accept-clock")
    status, detail = _step(bank)
    assert status == "failed"
    assert "not revealed" in detail


def test_a_real_one_can_not_be_ended_as_planted(bank: DiskBank) -> None:
    handle = durable(bank, amount=310)
    bank.approve(handle)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    bank.kernel.void(pending, Reason.PLANTED).wait(10)
    bank.clock.advance(8 * 86_400)
    bank.tell("ana", "accept-clock")
    assert "ended as planted, and not revealed" in _step(bank)[1]


@pytest.mark.parametrize("person", ["ben", "cyd"])
def test_only_who_operates_commits(bank: DiskBank, person: str) -> None:
    with pytest.raises(NotAuthorised, match="operate"):
        committed(bank, person=person)
    forge_drill(bank, ("1" * 64,), by=person)
    assert "does not hold the role" in _step(bank)[1]


def test_a_commitment_made_twice_is_found(bank: DiskBank) -> None:
    forge_drill(bank, ("1" * 64,))
    forge_drill(bank, ("1" * 64,))
    assert "made before" in _step(bank)[1]


def test_what_is_sent_beside_is_what_was_signed(bank: DiskBank) -> None:
    kept = sealed(case_of(a_case()), marks(bank))
    for change in (
        {"salt": "00" * 16},
        {"request": "0" * 64},
        {"due": "soon"},
        {"case": {**kept["case"], "wrong": "nothing"}},
        {"text": "nothing"},
        {"nonce": "short"},
        {"more": 1},
    ):
        with pytest.raises(CommandInvalid):
            bank.tell(
                "ana",
                "plant",
                {"cases": [{**kept, **change}]},
                id="d1",
                commitments=[kept["commitment"]],
            )
    with pytest.raises(CommandInvalid, match="not the one"):
        bank.tell("ana", "plant", {"cases": [kept]}, id="d1", commitments=["0" * 64])
    assert bank.home.state.part(Planted).open() == ()


def test_an_exchanged_payload_plants_nothing(bank: DiskBank) -> None:
    committed(bank)
    plant = the_plant(bank)
    body = bank.log.entry(plant.drill).beside["cases"][0]
    body["case"]["arguments"]["to"] = "a real customer"
    with pytest.raises(CommandInvalid, match="committed to"):
        unsealed(body)


def test_the_plan_says_how_many(bank: DiskBank) -> None:
    with pytest.raises(CommandInvalid, match="lets 9 be planted"):
        committed(bank, *(a_case(200 + n) for n in range(10)))
    none = Bank()
    with pytest.raises(CommandInvalid, match="lets 0 be planted"):
        committed(none)
