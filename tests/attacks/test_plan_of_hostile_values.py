"""A plan that says anything where something else must stand: `log verify` comes to its end."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.approvals import RULE, STALE, forged, on_disk, reason_of, release, renamed, ruled
from tests.worlds.assessed import assessed_plan, decisions
from tests.worlds.bank import escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.memory import START
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.loop.release import people_of
from watchkeeper.records.action import DecisionRecord, GrantUsed, Outcome
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bounds import Budget, SharedBudget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Band, Delegable
from watchkeeper.records.plan.management.state import Topic, Watched
from watchkeeper.records.plan.policies import StandingRule
from watchkeeper.records.plan_verdict import Emergency
from watchkeeper.records.statement import Payload, Record
from watchkeeper.verify.bounds.window import first_moment
from watchkeeper.verify.release.wider import wider_between
from watchkeeper.verify.report import Status

HUGE = 2**53 - 1
VALUES: tuple[Any, ...] = ("abc", "NaN", "é", "9e999999", {}, [], [{}], 5, -HUGE, HUGE, None)
NO_TEXTS: tuple[Any, ...] = ("é", {}, [{}], 5)
WATCHED = ("management", "watched", 1)
NOT_READ = {"body", "schema", "root", "cedarSchemas", "gaps", "text", "limits"}
"""What nothing but the engine and the encoder look into."""


def _honest() -> Bundle:
    return replace(assessed_plan(), releases=RULE)


def _plan() -> Bundle:
    """A plan that says something of all that is looked at."""
    plan = _honest()
    assert plan.management is not None
    row = Watched(Topic.ROW, "row", ("desk",), None, ("x",), ("lead",))
    management = replace(plan.management, watched=(STALE, row))
    (grant,) = plan.grants
    (server,) = plan.servers
    shared = SharedBudget(
        "pool", "limits", "ana", ("payer",), ("bank/pay",), Budget(3600, 5, "900.00"), "EUR"
    )
    ahead = StandingRule(2, 60, {"args.amount": "5.00"})
    return replace(
        plan,
        cedar_schemas={},
        controls=(),
        applicability=(),
        agents=plan.agents[:1],
        servers=(replace(server, tools=server.tools[:1]),),
        management=management,
        grants=(replace(grant, delegable=Delegable(("other",), {"args.amount": "5.00"})),),
        policies=(replace(plan.policies[0], body={}, standing=ahead),),
        shared_budgets=(shared,),
    )


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at and at[-1] in NOT_READ:
        return
    if at:
        yield at
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    for key, one in inner.items() if isinstance(inner, dict) else ():
        yield from _places(one, (*at, key))


def _with(plan: Any, at: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(plan)
    inner = made
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return made


class _Liar:
    """Has the home's own keys record releases of anything, and decisions by it."""

    def __init__(self, bank: DiskBank, plan: Bundle, decided: DecisionRecord) -> None:
        self._bank, self._plan = bank, plan
        charge = GrantUsed("shared.pool", True, (), "1.00", 0, "0", "EUR")
        allowed = replace(decided.decision, outcome=Outcome.ALLOW)
        self._decided = replace(decided, decision=allowed, escalation=None, grants=(charge,))
        self._people, _ = people_of(plan)
        self._previous = bank.home.state.plan

    def release(self, said: Any) -> None:
        bank, at = self._bank, self._bank.home.now()
        plan = sha256_hex(canonical_arguments(said))
        reason, _ = reason_of("now")
        body = {"plan": plan, "previous": self._previous, "emergency": {"reason": reason}}
        record = PlanReleaseRecord(
            at=at,
            plan=plan,
            previous=self._previous,
            released_by="ana",
            people=self._people,
            roles=self._plan.roles,
            signature=bank.sign("ana", "release", body),
            rule=self._plan.releases,
            emergency=Emergency(at.plus(3600), reason),
        )
        bank.log.append(Record(Kind.PLAN_RELEASE, "plan", plan, record), Payload({"bundle": said}))
        decided = replace(self._decided, plan=plan, at=at)
        self.last = bank.log.append(Record(Kind.DECISION, "action", "0" * 64, decided))
        self._previous = plan


def test_every_place_of_a_plan(tmp_path: Path) -> None:
    plan = _plan()
    bank = on_disk(tmp_path, _honest())
    ticket = escalated(bank.ask(pay(300))).ticket
    assert ticket is not None
    ticket.wait(30)
    liar = _Liar(bank, plan, decisions(bank)[-1])
    said = to_json(plan)
    for number, at in enumerate(_places(said)):
        for value in NO_TEXTS if at[:3] == WATCHED else (VALUES[number % len(VALUES)],):
            liar.release(_with(said, at, value))
    liar.last.wait(30)
    assert {one.number for one in bank.verify().steps if one.status is Status.FAILED} >= {10, 12}
    bank.close()


@pytest.mark.parametrize("text", ["abc", "NaN", "9e999999", ""])
def test_a_limit_that_is_no_number(text: str, tmp_path: Path) -> None:
    plan = ruled()
    (grant,) = plan.grants
    odd = replace(plan, grants=(replace(grant, bands=(Band("args.amount", text),)),))
    assert list(wider_between(odd, odd)) == []
    bank = on_disk(tmp_path, plan)
    with pytest.raises(CommandInvalid, match="where a number must stand"):
        release(bank, odd)
    forged(bank, odd)
    (found,) = (one.message for one in bank.verify().findings if one.step == 12)
    assert found == f"the published plan has `{text}` where a number must stand"
    bank.close()


def test_a_window_that_is_longer_than_time() -> None:
    assert first_moment(Budget(HUGE, zone="Europe/Berlin"), int(START)) == -(2**62)


def test_a_command_that_can_not_be_read(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    signature = replace(bank.sign("ana", "release", {}), payload="%")
    forged(bank, renamed(ruled()), signature=signature)
    assert any(one.step == 7 for one in bank.verify().findings)
    bank.close()


def test_an_outcome_that_is_no_text(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, _honest())
    ticket = escalated(bank.ask(pay(300))).ticket
    assert ticket is not None
    ticket.wait(30)
    said = decisions(bank)[-1]
    odd: Any = {"allow": True}
    lied = replace(said, decision=replace(said.decision, outcome=odd))
    bank.log.append(Record(Kind.DECISION, "action", "0" * 64, lied)).wait(30)
    (found,) = (one.message for one in bank.verify().findings if one.step == 4)
    assert found == "signed, but no record: a decision that does not parse"
    bank.close()
