"""A task that no application opened: refused, and where a home lies it into its log, found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import said
from tests.worlds.tasks import (
    APP,
    TASK,
    ended,
    mandate_body,
    opened,
    pay_in_task,
    signed,
    tasks_bundle,
)
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.steps import Refused
from watchkeeper.records.action import DecisionRecord, Hidden, Reason
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import MandateEndedRecord, MandateRecord, MandateWordRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload, Record
from watchkeeper.verify import verify_log
from watchkeeper.verify.report import Status

DIGEST = sha256_hex(TASK.encode())


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", tasks_bundle(required=True))
    yield bank
    bank.close()


@pytest.mark.parametrize(
    ("application", "key"),
    [
        (APP, "other-app"),
        (APP, "ana"),
        (APP, "payer"),
        ("app:other-app", "desk-app"),
        ("app:nobody", "desk-app"),
        ("desk-app", "desk-app"),
        ("ana", "ana"),
        ("app:talker", "talker"),
    ],
)
def test_nobody_else_opens_one(application: str, key: str) -> None:
    bank = Bank(tasks_bundle())
    before = len(bank.entries())
    with pytest.raises((CommandInvalid, NotAuthorised)):
        opened(bank, {}, application, key)
    assert len(bank.entries()) == before


def _record(bank: DiskBank, **changes: Any) -> MandateRecord:
    """What a home would have to write to open a task by itself."""
    application = changes.pop("application", "desk-app")
    key = changes.pop("key", application)
    body = {**mandate_body(bank, {}), **changes.pop("body", {})}
    made = MandateRecord(
        at=bank.home.now(),
        id=body["id"],
        application=application,
        system="desk",
        agent=body["agent"],
        actions=tuple(body["actions"]),
        until=parse_instant(body["until"]),
        content=Hidden("content", digest=body["content"]),
        signature=signed(bank, "mandate", f"app:{application}", key, **body),
    )
    return replace(made, **changes)


def _found(bank: DiskBank) -> list[str]:
    return [finding.message for finding in bank.verify().findings]


OTHER = Hidden("content", digest="0" * 64)
LIES: list[tuple[Callable[[DiskBank], MandateRecord], str]] = [
    (lambda bank: _record(bank, key="ana"), "a key that is not known"),
    (lambda bank: _record(bank, application="talker"), "open no task of this system"),
    (lambda bank: _record(bank, application="nobody"), "a key that is not known"),
    (lambda bank: _record(bank, system="till"), "open no task of this system"),
    (lambda bank: _record(bank, agent="other"), "for another agent"),
    (lambda bank: _record(bank, actions=("bank/pay", "bank/look")), "for another actions"),
    (lambda bank: _record(bank, until=bank.home.now().plus(7200)), "for another until"),
    (lambda bank: _record(bank, content=OTHER), "for another content"),
    (lambda bank: _record(bank, body={"actions": []}), "names no action"),
    (lambda bank: _record(bank, at=bank.home.now().plus(3601)), "it is over"),
]


def test_the_verifier_finds_one_that_was_not_signed(bank: DiskBank) -> None:
    for lie, _ in LIES:
        said(bank, lie(bank), DIGEST)
        if lie(bank).at > bank.home.now():
            bank.clock.advance(3700)
    found = _found(bank)
    for _, why in LIES:
        assert any(why in message for message in found), (why, found)
    assert len(found) == len(LIES)


def test_the_verifier_finds_what_was_used_twice_or_is_about_something_else(bank: DiskBank) -> None:
    made = _record(bank)
    said(bank, made, DIGEST)
    assert bank.verify().ok
    said(bank, made, DIGEST)
    said(bank, _record(bank), DIGEST)
    said(bank, replace(_record(bank, body={"id": "task-0000-0000-0002"})), DIGEST)
    found = _found(bank)
    for why in ("used before", "a task with its id is open", "its subject is not its task"):
        assert any(why in message for message in found), found
    assert len(found) == 3


def _about(bank: DiskBank, made: type, verb: str, signer: str, **changes: Any) -> Any:
    mandate = next(e.ref for e in bank.entries() if e.record.kind is Kind.MANDATE)
    body = {"id": TASK, "reason": None} if verb == "end-mandate" else {"id": TASK}
    signature = signed(bank, verb, signer, **body)
    given: dict[str, Any] = {"at": bank.home.now(), "id": TASK, "mandate": mandate, "by": signer}
    if verb == "end-mandate":
        given["why"] = ""
    return made(**{**given, "signature": signature, **changes})


def test_the_verifier_finds_ends_and_words_that_nobody_said(bank: DiskBank) -> None:
    opened(bank, {})
    ends, words = (MandateEndedRecord, "end-mandate"), (MandateWordRecord, "word")
    for made, why in (
        (_about(bank, *words, "app:other-app"), "does not let `app:other-app` say that"),
        (_about(bank, *words, "ana"), "does not let `ana` say that"),
        (_about(bank, *words, APP, by="app:talker"), "a key that is not known"),
        (_about(bank, *words, APP, id="task-0000-0000-0002"), "for another id"),
        (_about(bank, *words, APP, mandate=Ref(0, 0)), "not open"),
        (_about(bank, *ends, "app:other-app"), "by another application"),
    ):
        before = len(_found(bank))
        said(bank, made, DIGEST)
        assert any(why in message for message in _found(bank)[before:]), (why, _found(bank))


def test_the_verifier_finds_an_end_by_a_person_who_may_not(bank: DiskBank) -> None:
    opened(bank, {})
    said(bank, _about(bank, MandateEndedRecord, "end-mandate", "ben"), DIGEST)
    assert any("`ben` does not hold the role `operate`" in message for message in _found(bank))


def _decided(bank: DiskBank, entry: Entry | None = None, **changes: Any) -> None:
    """Write a decision, the last one if none is given, once more with something else in it."""
    if entry is None:
        entry = next(e for e in reversed(bank.entries()) if e.record.kind is Kind.DECISION)
    made: DecisionRecord = entry.record.predicate
    lied = replace(made, at=bank.home.now(), action_id=bank.home.ids.action_id(), **changes)
    assert entry.payload is not None
    record = Record(Kind.DECISION, "action", entry.record.digest, lied)
    bank.home.append(record, Payload(entry.payload.body)).wait(10)


DECISIONS: list[tuple[dict[str, Any], str]] = [
    ({"mandate": None}, "in no task, which its plan requires"),
    ({"mandate": Ref(0, 0)}, "in a task that was not open"),
    ({"agent": "other"}, "in the task of another agent"),
    ({"tool": "look"}, "does not name `bank/look`"),
]


def test_the_verifier_finds_a_decision_outside_its_task(bank: DiskBank) -> None:
    opened(bank, {})
    allowed(bank.ask(pay_in_task(50))).ticket.wait(10)
    assert bank.verify().ok
    entry = next(e for e in reversed(bank.entries()) if e.record.kind is Kind.DECISION)
    for changes, _ in DECISIONS:
        _decided(bank, entry, **changes)
    found = _found(bank)
    for _, why in DECISIONS:
        assert any(why in message for message in found), (why, found)


@pytest.mark.parametrize(
    "end",
    [
        ended,
        lambda bank: bank.clock.advance(3600),
        lambda bank: (bank.stop("agent", "payer"), bank.resume("agent", "payer")),
        lambda bank: bank.release(replace(tasks_bundle(), applications=())),
    ],
)
def test_the_verifier_finds_a_decision_in_a_task_that_had_ended(
    bank: DiskBank, end: Callable[[DiskBank], Any]
) -> None:
    opened(bank, {})
    bank.ask(pay_in_task(50))
    end(bank)
    assert bank.verify().ok
    _decided(bank, plan=bank.home.state.plan)
    assert "decided in a task that was not open" in _found(bank)


def test_what_a_shard_alone_can_not_say_is_said(bank: DiskBank) -> None:
    opened(bank, {})
    bank.roll()
    allowed(bank.ask(pay_in_task(50))).ticket.wait(10)
    assert bank.verify().ok
    alone = verify_log(bank.path / "shards" / "1", workers=1)
    assert alone.ok, alone.findings
    step = next(step for step in alone.steps if step.number == 24)
    assert step.status is Status.NOT_CHECKED
    assert "1 in tasks that shards" in step.detail


def test_a_mandate_and_its_decisions_verify(bank: DiskBank) -> None:
    opened(bank, {"resources": ["shop"], "onBehalfOf": "cyd"})
    bank.ask(pay_in_task(50))
    bank.ask(pay_in_task(50, to="mill"))
    bank.ask(pay(50))
    bank.commands.run(signed(bank, "word", id=TASK), {})
    ended(bank)
    verified = bank.verify()
    assert verified.ok, verified.findings
    step = next(step for step in verified.steps if step.number == 24)
    assert "1 tasks, 2 decisions in them" in step.detail


def test_what_it_is_bound_to_can_be_erased_and_then_it_covers_nothing(bank: DiskBank) -> None:
    opened(bank, {"resources": ["shop"], "onBehalfOf": "mrs-miller"})
    allowed(bank.ask(pay_in_task(50))).ticket.wait(10)
    index = next(e.ref.index for e in bank.entries() if e.record.kind is Kind.MANDATE)
    bank.erase(asked="records", spans=[[index, index + 1]])
    answer = bank.ask(pay_in_task(50, note="x"))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.OUTSIDE_MANDATE
    assert bank.verify().ok
