"""The bank with a review that people may approve ahead, and with deputies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

from tests.worlds.bank import Bank, allowed, bank_file, bundle_of, escalated, pay, public
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import REVIEW, bundle_with, record_kind
from watchkeeper.do.decision.request import Call
from watchkeeper.do.state.parts import Standings
from watchkeeper.records.action import DecisionRecord, Outcome, Status
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.policies import StandingRule
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import StandingRecord
from watchkeeper.records.statement import Record

RULE = StandingRule(count=3, within_seconds=3600, most={"amount": "400.00"})


def standing_plan(rule: StandingRule | None = RULE, **changes: Any) -> Bundle:
    """The bank's plan, in which its review may be approved ahead, and dan may stand in."""
    before = bundle_with(bundle=_roomy(), standing=rule, **changes)
    people = (*before.people, Person("dan", "Dan", (public("dan"),)))
    return replace(before, people=people, deputies={"lead": ("dan",)})


@cache
def _roomy() -> Bundle:
    """The bank's plan with a budget that no test comes to the end of."""
    file, small = "authority/payer.yaml", "count: 6\n        sum: 500.00"
    assert small in bank_file(file)
    wide = bank_file(file).replace(small, "count: 600\n        sum: 500000.00")
    return bundle_of({file: wide})


def approved(bank: Bank, person: str = "ben", amount: float = 300, **changes: Any) -> Ref:
    """Have a person approve an action, and let it be done; the place of the verdict."""
    asked = escalated(bank.ask(more(amount, **changes)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    handle = asked.handle
    bank.approve(handle, person)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    ref = next(v.ref for v in pending.verdicts if v.reviewer == person)
    finish(bank, handle)
    return ref


_notes = count()


def more(amount: float = 300, **changes: Any) -> Call:
    """The agent pays once more: not the same action again."""
    return pay(amount, **{"note": f"n{next(_notes)}", **changes})


def finish(bank: Bank, handle: str) -> None:
    """Release what was approved, and end it well."""
    done = allowed(bank.come_back(handle))
    bank.kernel.finish(done, Status.SUCCEEDED, bank.home.now(), {"ok": True}).wait(10)


def standing_body(bank: Bank, approval: Ref, **changes: Any) -> dict[str, Any]:
    pending = bank.home.state.pending.approved_by(approval)
    assert pending is not None
    body = {
        "id": f"std_{approval.shard}_{approval.index}",
        "role": "lead",
        "reviews": list(pending.reviews),
        "agent": pending.agent,
        "action": pending.action,
        "resource": None,
        "caps": [{"argument": "amount", "most": "400.00"}],
        "count": 3,
        "until": after(bank, 3600),
        "plan": pending.plan,
        "from": {"shard": approval.shard, "index": approval.index},
    }
    return {**body, **changes}


def after(bank: Bank, seconds: int) -> str:
    return render_instant(bank.home.now().plus(seconds))


def approve_ahead(
    bank: Bank, person: str = "ben", approval: Ref | None = None, **changes: Any
) -> str:
    """Have a person approve one action, and the next ones like it."""
    given = approval or approved(bank, person)
    answer: Mapping[str, Any] = bank.tell(
        person, "standing", **standing_body(bank, given, **changes)
    )
    return str(answer["id"])


def forged_standing(
    bank: Bank, person: str = "ben", approval: Ref | None = None, **changes: Any
) -> Ref:
    """Have a home that lies record a standing approval that this person really signed."""
    body = standing_body(bank, approval or approved(bank, amount=450), **changes)
    said = {name: value for name, value in body.items() if name != "from" and value is not None}
    beside = {
        "at": render_instant(bank.home.now()),
        "by": person,
        "system": "desk",
        "approval": body["from"],
        "signature": to_json(bank.sign(person, "standing", body)),
    }
    return lied(bank, from_json(StandingRecord, {**said, **beside}))


def lied(bank: Bank, record: Any) -> Ref:
    """Put a record into the log that nobody checked."""
    ticket = bank.home.append(Record(record_kind(record), "standing", "0" * 64, record))
    ticket.wait(10)
    return ticket.ref


def forged_use(bank: Bank, *standing: Ref, **changes: Any) -> Ref:
    """Have a home that lies let an action through by these, as it did the newest one."""
    last = next(
        entry.record
        for entry in reversed(bank.entries())
        if isinstance(entry.record.predicate, DecisionRecord)
        and entry.record.predicate.decision.outcome is Outcome.ALLOW
    )
    said = {"at": bank.home.now(), "action_id": bank.ids.action_id(), "reviews": (REVIEW,)}
    free = {"standing": standing, "verdicts": (), "escalated_by": None, "keys": (), "same": None}
    predicate = replace(last.predicate, **{**said, **free, **changes})
    ticket = bank.log.append(replace(last, predicate=predicate), None)
    ticket.wait(10)
    return ticket.ref


def place_of(bank: Bank, standing: str) -> Ref:
    ahead = bank.home.state.part(Standings).find(standing)
    assert ahead is not None
    return ahead.ref


def messages(bank: DiskBank) -> set[str]:
    """What `log verify` finds, each with its step; the shard is left out."""
    said = ((one.step, one.message) for one in bank.verify().findings)
    return {f"{step} {message.removeprefix('shard 1: ')}" for step, message in said}


def paid(bank: Bank, amount: float = 300, **changes: Any) -> Any:
    """Have the agent pay once more, without anybody being asked, and end it well."""
    done = allowed(bank.ask(more(amount, **changes)))
    bank.kernel.finish(done, Status.SUCCEEDED, bank.home.now(), {"ok": True}).wait(10)
    return done


def used(bank: Bank, standing: str) -> int:
    ahead = bank.home.state.part(Standings).find(standing)
    assert ahead is not None
    return ahead.used


def absence_body(
    bank: Bank, person: str = "ben", deputy: str = "dan", days: int = 7, **changes: Any
) -> dict[str, Any]:
    body = {
        "id": f"abs_{person}_{deputy}_{bank.log.size}",
        "person": person,
        "role": "lead",
        "deputy": deputy,
        "since": after(bank, 0),
        "until": after(bank, days * 86_400),
    }
    return {**body, **changes}


def go_away(bank: Bank, person: str = "ben", by: str = "", **changes: Any) -> dict[str, Any]:
    """Have somebody say that a person is away; what a deputy signs besides."""
    body = absence_body(bank, person, **changes)
    bank.commands.run(bank.sign(by or person, "away", body), {})
    return stead_of(bank, body["id"])


def stead_of(bank: Bank, absence: str) -> dict[str, Any]:
    found = next(one for one in bank.tell("ana", "absences") if one["id"] == absence)
    return {"for": found["person"], "absence": found["absence"]}


__all__ = ["REVIEW", "RULE"]
