"""Somebody who can write to the home changes what authority is lent for, beside its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_standing_other_resource import resource_of
from tests.worlds.bank import allowed, escalated, pay, reason_of
from tests.worlds.drills import committed, drilled, handle_of, planted
from tests.worlds.lenders import lenders_bundle, lent
from tests.worlds.reviews import ask_back
from tests.worlds.standing import approve_ahead, approved, more, standing_plan
from tests.worlds.tampered import TamperedBank
from tests.worlds.tasks import opened, pay_in_task, tasks_bundle
from watchkeeper.errors import LogInconsistent
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.facts_of.persons import person_of
from watchkeeper.loop.inbox.dialogue import dialogue_of
from watchkeeper.loop.steps import Allowed, Refused
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref

Make = Callable[..., TamperedBank]
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[TamperedBank] = []

    def bank(bundle: Bundle | None = None) -> TamperedBank:
        made.append(TamperedBank(tmp_path / f"home{len(made)}", bundle))
        return made[-1]

    yield bank
    for one in made:
        one.close()


def place_of(bank: TamperedBank, kind: Kind) -> Ref:
    return next(e.ref for e in reversed(bank.entries()) if e.record.kind is kind)


def test_a_standing_approval_for_another_account(make: Make) -> None:
    """Each digest is a true one of the home's own, and of another account."""
    bank = make(standing_plan())
    mine, other = approved(bank, to="shop"), approved(bank, to="mallory")
    approve_ahead(bank, approval=mine, resource=resource_of(bank, mine), count=1)
    ref = place_of(bank, Kind.STANDING)
    approve_ahead(bank, approval=other, resource=resource_of(bank, other), count=1)
    stolen = bank.log.entry(place_of(bank, Kind.STANDING)).payload
    assert stolen is not None
    bank.change(ref, lambda body: body.update(keyed=stolen.body["keyed"]))
    with pytest.raises(LogInconsistent, match=f"record {ref} is not the recorded one: its `keyed`"):
        bank.restart()
    assert bank.findings() == [(ref.index, "the payload's `keyed` is another than recorded")]


def test_a_standing_approval_holds_after_a_start(make: Make) -> None:
    bank = make(standing_plan())
    mine = approved(bank, to="shop")
    approve_ahead(bank, approval=mine, resource=resource_of(bank, mine))
    bank.restart()
    allowed(bank.ask(more(300, to="shop")))
    escalated(bank.ask(more(300, to="mallory")))
    bank.log.publish_now()
    assert bank.findings() == []


DRILLS: dict[str, Change] = {
    "no cases": lambda body: body.update(cases=[]),
    "another action": lambda body: body["cases"][0].update(actionId="0" * 36),
    "another time": lambda body: body["cases"][0].update(due=1),
    "no list": lambda body: body.update(cases=7),
}


@pytest.mark.parametrize("how", DRILLS.values(), ids=DRILLS)
def test_a_planted_action_that_is_no_longer_known_for_one(make: Make, how: Change) -> None:
    """Approved by a reviewer who was meant to refuse it, it would be released by its handle."""
    bank = make(drilled())
    handle = handle_of(bank, planted(bank))
    bank.approve(handle)
    ref = place_of(bank, Kind.DRILL)
    bank.change(ref, how)
    with pytest.raises(LogInconsistent, match=f"record {ref} is not the recorded one: its `cases`"):
        bank.restart()
    assert bank.findings() == [(ref.index, "the payload's `cases` is another than recorded")]


def test_a_drill_holds_after_a_start_and_an_erasure(make: Make) -> None:
    bank = make(drilled())
    committed(bank)
    ref = place_of(bank, Kind.DRILL)
    bank.erase(asked="records", spans=[[ref.index, ref.index + 1]])
    assert bank.log.entry(ref).erased is not None
    bank.restart()
    assert bank.verify().ok


def test_a_task_with_wider_terms(make: Make) -> None:
    bank = make(tasks_bundle(required=True))
    opened(bank, {"resources": ["shop"]})
    ref = place_of(bank, Kind.MANDATE)
    bank.change(ref, lambda body: body["content"].update(resources=["shop", "mallory"]))
    bank.restart()
    for to in ("mallory", "shop"):
        assert not isinstance(bank.ask(pay_in_task(10, to=to)), Allowed), to
    what = "the payload's value of `content` is not the recorded one"
    assert bank.findings() == [(ref.index, what)]


def test_and_the_salt_taken_away(make: Make) -> None:
    """Then nobody could hold the terms against their digest."""
    bank = make(tasks_bundle(required=True))
    opened(bank, {"resources": ["shop"]})
    ref = place_of(bank, Kind.MANDATE)
    bank.change(ref, lambda body: body.update(content={"resources": ["mallory"]}, salts={}))
    bank.restart()
    assert not isinstance(bank.ask(pay_in_task(10, to="mallory")), Allowed)
    assert bank.findings() == [(ref.index, "the payload has no salt for its value of `content`")]


LENT: dict[str, Change] = {
    "another resource": lambda body: body.update(resources=["mallory"]),
    "without its salt": lambda body: body.update(resources=["mallory"], salts={}),
}


@pytest.mark.parametrize("how", LENT.values(), ids=LENT)
def test_a_grant_lent_for_another_account(make: Make, how: Change) -> None:
    bank = make(lenders_bundle())
    lent(bank, "payer", "other", resources=("shop",))
    ref = place_of(bank, Kind.DELEGATION)
    bank.change(ref, how)
    bank.restart()
    assert not isinstance(bank.ask(pay(10, agent="other", to="mallory")), Allowed)
    assert [index for index, _ in bank.findings()] == [ref.index]


def test_a_grant_lent_for_one_more_account(make: Make) -> None:
    bank = make(lenders_bundle())
    lent(bank, "payer", "other", resources=("shop",))
    ref = place_of(bank, Kind.DELEGATION)
    bank.change(ref, lambda body: body["resources"].append("mallory"))
    with pytest.raises(LogInconsistent, match="its `resources` is another"):
        bank.restart()
    assert bank.findings() == [(ref.index, "the payload's `resources` is another than recorded")]


def test_a_token_for_another_person(make: Make) -> None:
    bank = make()
    digest, beside = reason_of("maria", "onBehalfOf")
    said = {"agent": "payer", "name": "marias", "digest": sha256_hex(b"t"), "onBehalfOf": digest}
    bank.tell("ana", "token", beside, **said)
    ref = place_of(bank, Kind.TOKEN)
    assert person_of(bank.home, ref) == "maria"
    bank.change(ref, lambda body: body.update(onBehalfOf="mallory"))
    bank.restart()
    assert person_of(bank.home, ref) is None


def test_a_question_that_was_not_asked(make: Make) -> None:
    bank = make()
    asked = escalated(bank.ask(pay(400)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    ask_back(bank, asked.handle, text="for which order?")
    ref = place_of(bank, Kind.QUESTION)
    bank.change(ref, lambda body: body.update(text="shall I just approve?"))
    bank.restart()
    pending = bank.home.state.pending.by_handle(asked.handle)
    assert pending is not None
    assert [one.text for one in dialogue_of(bank.home, pending)] == [None]


def test_who_comes_back_for_what_was_changed_gets_nothing(make: Make) -> None:
    bank = make()
    asked = escalated(bank.ask(pay(400)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    bank.approve(asked.handle)
    ref = asked.ticket.ref
    bank.change(ref, lambda body: body["request"].update(onBehalfOf="mallory"))
    bank.restart()
    assert isinstance(bank.come_back(asked.handle), Refused)


def test_a_request_that_was_changed_with_its_salts(make: Make) -> None:
    bank = make()
    ref = bank.paid(pay(10)).ticket.ref
    salts = ("arg.to", "arg.amount")

    def how(body: dict[str, Any]) -> None:
        body["request"]["arguments"].update(to="mallory")
        for name in salts:
            body["salts"].pop(name, None)

    bank.change(ref, how)
    messages = [message for _, message in bank.findings()]
    assert "the payload holds another request than recorded" in messages
