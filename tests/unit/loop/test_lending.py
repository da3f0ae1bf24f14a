"""Agents lend one another what they may do, or less, and it falls with what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay, refused
from tests.worlds.lenders import lenders_bundle, lent
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.lending import take_back
from watchkeeper.loop.steps import Answer, Refused
from watchkeeper.records.action import DecisionRecord, Reason, Status
from watchkeeper.records.kinds import Kind


@pytest.fixture
def bank() -> Bank:
    return Bank(lenders_bundle())


def by(agent: str, amount: float = 100, **changes: Any) -> Call:
    return pay(amount, agent=agent, **changes)


def beyond(answer: Answer, reason: Reason = Reason.NO_AUTHORITY) -> None:
    refused(answer, reason)


def last(bank: Bank) -> DecisionRecord:
    found = [e.record.predicate for e in bank.entries() if e.record.kind is Kind.DECISION]
    made: DecisionRecord = found[-1]
    return made


def test_nothing_is_permitted_that_was_not_lent(bank: Bank) -> None:
    beyond(bank.ask(by("other")))
    assert last(bank).grants[0].failed[0] == "lent by payer: nothing"
    made = lent(bank, "payer", "other")
    allowed(bank.ask(by("other")))
    found = last(bank)
    assert [use.grant for use in found.grants if use.satisfied] == ["pays"]
    assert (found.accountable.grantors, found.accountable.givers) == (("ana",), ("payer",))
    (entry,) = (e for e in bank.entries() if e.record.kind is Kind.DELEGATION)
    assert (entry.record.predicate, found.delegations) == (made, (entry.ref,))
    beyond(bank.ask(by("third", note="x")))


def test_it_is_lent_on_and_falls_with_what_it_rests_on(bank: Bank) -> None:
    first = lent(bank, "payer", "other")
    lent(bank, "other", "third")
    allowed(bank.ask(by("third")))
    assert last(bank).accountable.givers == ("other", "payer")
    assert len(last(bank).delegations) == 2
    take_back(bank.home, "payer", first.id)
    beyond(bank.ask(by("third", note="x")))
    beyond(bank.ask(by("other", note="x")))


@pytest.mark.parametrize(
    ("said", "call", "why"),
    [
        ({"caps": {"amount": "50.00"}}, {"amount": 50.01}, "amount is above what was lent"),
        ({"resources": ("mill",)}, {"to": "shop"}, "not lent for what it acts on"),
        ({"seconds": 60}, {"later": 61}, "nothing"),
        ({"count": 1}, {"again": True}, "has ended, or was used up"),
        ({}, {"amount": 150.01}, "amount is above what was lent"),
    ],
)
def test_what_is_beyond_it_is_refused(bank: Bank, said: Any, call: Any, why: str) -> None:
    lent(bank, "payer", "other", **said)
    if call.pop("again", False):
        allowed(bank.ask(by("other", 1)))
        call = {"note": "x"}
    bank.clock.advance(call.pop("later", 0))
    beyond(bank.ask(by("other", **{"amount": 100, **call})))
    assert why in last(bank).grants[0].failed[0]


def test_both_are_charged_to_the_one_budget(bank: Bank) -> None:
    lent(bank, "payer", "other")
    for n in range(3):
        allowed(bank.ask(by("other", 150, note=f"o{n}")))
    beyond(bank.ask(pay(60, note="p")))
    allowed(bank.ask(pay(50, note="q")))
    beyond(bank.ask(by("other", 1, note="r")))


def test_a_review_of_the_grant_holds_for_what_was_lent_of_it() -> None:
    bank = Bank(lenders_bundle(delegable="    delegable: {to: [other]}\n"))
    lent(bank, "payer", "other")
    handle = escalated(bank.ask(by("other", 500))).handle
    bank.approve(handle)
    allowed(bank.come_back(handle, "other"))


@pytest.mark.parametrize("scope", [("agent", "payer"), ("agent", "other"), ("all", "")])
def test_a_stop_of_a_giver_stops_the_taker_and_voids_what_waits(scope: tuple[str, str]) -> None:
    bank = Bank(lenders_bundle(delegable="    delegable: {to: [other, third]}\n"))
    lent(bank, "payer", "other")
    lent(bank, "other", "third")
    handle = escalated(bank.ask(by("third", 500))).handle
    bank.approve(handle)
    bank.stop(*scope)
    beyond(bank.come_back(handle, "third"), Reason.STOPPED)
    answer = bank.ask(by("third", note="x"))
    assert isinstance(answer, Refused)
    bank.resume(*scope)
    allowed(bank.ask(by("third", note="y")))


def test_a_stop_of_the_giver_that_comes_after_the_decision_holds_the_call_back(bank: Bank) -> None:
    lent(bank, "payer", "other")
    answer = allowed(bank.ask(by("other")))
    assert bank.kernel.may_release(answer) is None
    bank.stop("agent", "payer")
    assert bank.kernel.may_release(answer) is Reason.STOPPED


def test_a_release_and_a_person_end_it(bank: Bank) -> None:
    made = lent(bank, "payer", "other")
    lent(bank, "other", "third")
    assert [one["rests"] for one in bank.tell("ana", "delegations")] == [[], [made.id]]
    bank.tell("ana", "end-delegation", id=made.id, reason=None)
    assert bank.tell("ana", "delegations") == []
    lent(bank, "payer", "other")
    bank.release(replace(lenders_bundle(), scope="another"))
    beyond(bank.ask(by("other")))


def test_what_was_used_and_failed_comes_back(bank: Bank) -> None:
    lent(bank, "payer", "other", count=1)
    one = allowed(bank.ask(by("other", note="a")))
    beyond(bank.ask(by("other", note="b")))
    bank.kernel.finish(one, Status.FAILED, one.at, {}).wait()
    two = allowed(bank.ask(by("other", note="c")))
    bank.kernel.finish(two, Status.SUCCEEDED, two.at, {}).wait()
    beyond(bank.ask(by("other", note="d")))


def test_who_acts_for_a_person_lends_for_that_person_alone(bank: Bank) -> None:
    lent(bank, "payer", "other", person="ben")
    beyond(bank.ask(by("other")))
    assert "another person" in last(bank).grants[0].failed[0]
    beyond(bank.ask(by("other", note="a", on_behalf_of="cyd")))
    allowed(bank.ask(by("other", note="b", on_behalf_of="ben")))
    with pytest.raises(CommandInvalid, match="another person"):
        lent(bank, "other", "third", person="cyd")
    lent(bank, "other", "third")
    beyond(bank.ask(by("third", note="c")))
    allowed(bank.ask(by("third", note="d", on_behalf_of="ben")))


def test_one_of_several_that_covers_is_enough(bank: Bank) -> None:
    small = lent(bank, "payer", "other", caps={"amount": "10"}, count=1)
    lent(bank, "payer", "other", resources=("shop",))
    allowed(bank.ask(by("other", 5, note="a")))
    allowed(bank.ask(by("other", 6, note="b")))
    beyond(bank.ask(by("other", 6, note="c", to="mill")))
    with pytest.raises(CommandInvalid, match="more than once"):
        lent(bank, "other", "third")
    assert lent(bank, "other", "third", of=small.id).count == 1


@pytest.mark.parametrize("go", [Bank.crash, Bank.roll, lambda bank: bank.home.keep(0)])
def test_it_holds_after_a_restart(bank: Bank, go: Callable[[Bank], Any]) -> None:
    lent(bank, "payer", "other", resources=("shop",), count=2)
    lent(bank, "other", "third")
    allowed(bank.ask(by("third", 10, note="a")))
    go(bank)
    bank.crash()
    allowed(bank.ask(by("third", 10, note="b")))
    beyond(bank.ask(by("third", 10, note="c")))
    beyond(bank.ask(by("other", 10, note="c")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"resources":["shop"]', b'"resources":["mill"]'),
        (b'"onBehalfOf":"ben"', b'"onBehalfOf":"cyd"'),
    ],
)
def test_what_stands_beside_it_is_held_against_the_record(
    bank: Bank, old: bytes, new: bytes
) -> None:
    lent(bank, "payer", "other", resources=("shop",), person="ben")
    ref = next(e.ref for e in bank.entries() if e.record.kind is Kind.DELEGATION)
    raw, beside = bank.log.disk[ref.index]
    assert beside is not None
    assert old in beside
    bank.log.disk[ref.index] = (raw, beside.replace(old, new))
    for person in ("ben", "cyd"):
        for to in ("shop", "mill"):
            beyond(bank.ask(by("other", to=to, note=person, on_behalf_of=person)))
