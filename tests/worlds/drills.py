"""The bank with escalations that are made up, and what a home that lies about them would write."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from tests.worlds.bank import Bank, bank_bundle
from watchkeeper.do.state.parts import Plant, Planted
from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.loop.drills.case import Marks, case_of, sealed
from watchkeeper.loop.drills.planting import plant_due, reveal_due
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.oversight import Oversight
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record

SOON = 60


def drilled(bundle: Bundle | None = None, a_day: int = 9) -> Bundle:
    """The bank's plan, which lets escalations be planted."""
    return replace(bundle or bank_bundle(), oversight=Oversight(planted_per_day=a_day))


def a_case(amount: float = 300, **changes: Any) -> dict[str, Any]:
    """A payment that a reviewer should refuse."""
    arguments = {"to": "shell", "amount": amount, "cents": 0, "why": "late", "key": "k"}
    made = {
        "agent": "payer",
        "tool": "bank/pay",
        "arguments": arguments,
        "facts": {"account": {"limit": "5000.00"}},
        "wrong": "nobody knows this payee",
    }
    return {**made, **changes}


def marks(bank: Bank, seconds: float = SOON, seed: str = "one") -> Marks:
    raw = hashlib.sha512(seed.encode()).digest()
    action = bank.ids.action_id()
    due = bank.home.now().plus(seconds)
    return Marks(due, action, raw[:16].hex(), raw[16:32], raw[32:48])


def committed(bank: Bank, *cases: dict[str, Any], person: str = "ana", **changes: Any) -> Any:
    """Have somebody commit to cases; each is due a minute after the one before."""
    kept = [
        sealed(case_of(case), marks(bank, SOON * (n + 1), f"{n} {case}"))
        for n, case in enumerate(cases or (a_case(),))
    ]
    body = {"id": "d1", "commitments": [case["commitment"] for case in kept], **changes}
    return bank.tell(person, "plant", {"cases": kept}, **body)


def planted(bank: Bank) -> Plant:
    """Commit to one case, let its time come, and have it planted."""
    committed(bank)
    bank.clock.advance(SOON)
    for ticket in plant_due(bank.kernel):
        ticket.wait(10)
    found = the_plant(bank)
    assert found.decision is not None
    return found


def the_plant(bank: Bank) -> Plant:
    (found,) = bank.home.state.part(Planted).open()
    return found


def handle_of(bank: Bank, plant: Plant) -> str:
    pending = bank.home.state.pending.by_action(plant.action_id)
    assert pending is not None
    return pending.handle


def turn(bank: Bank) -> None:
    """What a gateway does once a second."""
    bank.kernel.tick()
    for ticket in [*plant_due(bank.kernel), *reveal_due(bank.kernel)]:
        ticket.wait(10)


def revealed(bank: Bank) -> list[DrillRevealedRecord]:
    return [
        entry.record.predicate
        for entry in bank.entries()
        if isinstance(entry.record.predicate, DrillRevealedRecord)
    ]


def revelation(bank: Bank, plant: Plant, **changes: Any) -> DrillRevealedRecord:
    """What would truly reveal a plant, or with changes."""
    case = next(
        case
        for case in bank.log.entry(plant.drill).beside["cases"]
        if case["commitment"] == plant.commitment
    )
    made = DrillRevealedRecord(
        at=bank.home.now(),
        id=plant.id,
        drill=plant.drill,
        commitment=plant.commitment,
        salt=case["salt"],
        request=case["request"],
        expected=case["expected"],
        wrong=case["wrong"],
        observed=changes.pop("observed"),
        action_id=plant.action_id,
        decision=plant.decision,
    )
    return replace(made, **changes)


def forge(bank: Bank, said: DrillRevealedRecord) -> Ref:
    """Write what reveals a plant, unasked and unchecked."""
    ticket = bank.home.append(Record(Kind.DRILL_REVEALED, "action", said.request, said))
    ticket.wait(10)
    return ticket.ref


def forge_drill(
    bank: Bank, commitments: tuple[str, ...], by: str = "ana", at: Instant | None = None
) -> Ref:
    """Write a commitment that nobody looked at, truly signed."""
    signature = bank.sign(by, "plant", {"id": "d9", "commitments": list(commitments)})
    said = DrillRecord(at or bank.home.now(), "d9", commitments, by, signature)
    digest = sha256_hex(canonical(list(commitments)))
    ticket = bank.home.append(Record(Kind.DRILL, "drill", digest, said), Payload({"cases": []}))
    ticket.wait(10)
    return ticket.ref
