"""Erasing on nobody's word: without the role, forged, replayed, for other records than signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import allowed, bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank, files_holding
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.ledger.erasure import erasure_digest
from watchkeeper.loop.erasure.unasked import due_by_itself
from watchkeeper.records.action import Status
from watchkeeper.records.erasure import ErasureKind, ErasureRecord, Span
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Retention
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record

SALT = b"w" * 16
REASON = {"reason": "asked for", "salt": SALT.hex()}
DAY = 86_400


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", with_retention(Retention(least_seconds=10 * DAY)))
    act(bank)
    yield bank
    bank.close()


def with_retention(says: Retention, **roles: tuple[str, ...]) -> Bundle:
    bundle = bank_bundle()
    systems = tuple(replace(system, retention=says) for system in bundle.systems)
    return replace(bundle, systems=systems, roles={**bundle.roles, **roles})


def act(bank: DiskBank) -> int:
    """One whole action about Maria; return the index of its decision."""
    done = allowed(bank.ask(pay(10, to="clinic", on_behalf_of="maria")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "done"}).wait(10)
    return done.ticket.ref.index


def sealed(bank: DiskBank, spans: tuple[Span, ...], **changes: Any) -> int:
    """An erasure record that the home's own key signed, whoever wrote it."""
    said: dict[str, Any] = {"at": bank.home.now(), "asked": ErasureKind.RECORDS, "spans": spans}
    record = ErasureRecord(**{**said, **changes})
    digest = erasure_digest(record.spans, record.deferred, record.shard)
    bank.log.begin_erasure()
    ticket = bank.log.append(Record(Kind.ERASURE, "payloads", digest, record))
    ticket.wait(10)
    return ticket.ref.index


def signed(
    bank: DiskBank,
    spans: tuple[Span, ...],
    person: str = "ana",
    shard: int | None = None,
    **body: Any,
) -> Signature:
    digest = erasure_digest(spans, (), shard)
    said = {"asked": "records", "records": digest, "reason": "", **body}
    return bank.sign(person, "erase", said)


def found(bank: DiskBank) -> list[str]:
    return [f.message for f in bank.verify().findings if f.step == 20]


# at the door


def test_without_the_role_nothing_is_even_looked_for(bank: DiskBank) -> None:
    for verb in ("erasable", "erase"):
        with pytest.raises(NotAuthorised, match="operate"):
            bank.tell("ben", verb, asked="records", spans=[[2, 3]])


def test_where_somebody_holds_privacy_operate_is_not_enough(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", with_retention(Retention(), privacy=("ben",)))
    index = act(bank)
    with pytest.raises(NotAuthorised, match="privacy"):
        bank.erase("ana", asked="records", spans=[[index, index + 1]])
    assert bank.erase("ben", asked="records", spans=[[index, index + 1]])["removed"] == 2
    assert bank.verify().ok
    bank.close()


def test_a_forged_signature_erases_nothing(bank: DiskBank) -> None:
    forged = bank.sign("ana", "erase", {"asked": "due"}, key="mallory")
    with pytest.raises(CommandInvalid):
        bank.commands.run(forged, {})


def test_the_same_command_erases_once(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    body = {"asked": "records", "spans": [[2, 3]]}
    look = bank.look(**body)
    digest = hidden_digest(SALT, "asked for")
    body |= {"end": look["end"], "records": look["records"], "reason": digest}
    command = bank.sign("ana", "erase", body)
    assert bank.commands.run(command, REASON).run()["removed"] == 2
    with pytest.raises(CommandInvalid, match="before"):
        bank.commands.run(command, REASON)


def test_what_was_not_shown_is_not_erased(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    look = bank.look(asked="records", spans=[[3, 4]])
    digest = hidden_digest(SALT, "asked for")
    body = {"spans": [[2, 4]], "end": look["end"], "records": look["records"], "reason": digest}
    with pytest.raises(CommandInvalid, match="other records"):
        bank.tell("ana", "erase", REASON, asked="records", **body).run()
    assert files_holding(bank.path, "maria")


def test_another_person_than_was_signed_for_is_not_erased(bank: DiskBank) -> None:
    body, beside = bank.asked(subject="nobody")
    with pytest.raises(CommandInvalid, match="signed for"):
        bank.tell("ana", "erasable", {**beside, "subject": "maria"}, **body)


def test_the_plan_holds_a_payload_back_from_everybody(bank: DiskBank) -> None:
    look = bank.look(subject="maria")
    assert (look["payloads"], look["held"]) == (0, [[2, 4]])
    assert look["heldUntil"] == str(bank.entries()[2].record.predicate.at.plus(10 * DAY))
    with pytest.raises(CommandInvalid, match="nothing to erase"):
        bank.erase(subject="maria")
    bank.clock.advance(10 * DAY)
    assert bank.erase(subject="maria")["removed"] == 2
    assert bank.verify().ok


def test_a_later_plan_can_hold_longer_and_never_shorter(bank: DiskBank) -> None:
    bank.release(with_retention(Retention()))
    assert bank.look(subject="maria")["payloads"] == 0
    bank.release(with_retention(Retention(least_seconds=30 * DAY)))
    bank.clock.advance(11 * DAY)
    assert bank.look(subject="maria")["payloads"] == 0
    bank.clock.advance(20 * DAY)
    assert bank.look(subject="maria")["payloads"] == 2


def test_a_plan_may_grant_a_persons_request_earlier_but_nothing_else(tmp_path: Path) -> None:
    says = Retention(least_seconds=10 * DAY, subject_before_least=True)
    bank = DiskBank(tmp_path / "home", with_retention(says))
    index = act(bank)
    assert bank.look(asked="records", spans=[[index, index + 1]])["payloads"] == 0
    assert bank.erase(subject="maria")["removed"] == 2
    assert bank.verify().ok
    bank.close()


# behind it: whoever holds the home's keys writes the record themselves


def test_a_record_that_nobody_signed_is_found(bank: DiskBank) -> None:
    sealed(bank, (Span(2, 3),))
    assert any("nobody signed it" in message for message in found(bank))


@pytest.mark.parametrize(
    ("person", "changes", "words"),
    [
        ("ben", {"by": "ben"}, "does not hold the role"),
        ("ana", {"by": "ben"}, "not known"),
        ("ana", {"by": "ana", "spans": (Span(2, 4),)}, "another records"),
        ("ana", {"by": "ana", "asked": ErasureKind.DUE}, "another asked"),
        ("ana", {"by": "ana", "asked": ErasureKind.SETTLED}, "nobody can ask for"),
    ],
)
def test_a_signature_for_something_else_is_found(
    bank: DiskBank, person: str, changes: dict[str, Any], words: str
) -> None:
    bank.clock.advance(11 * DAY)
    spans = (Span(2, 3),)
    signature = signed(bank, spans, person)
    sealed(bank, **{"spans": spans, "signature": signature, **changes})
    bank.log.finish_erasures()
    assert any(words in message for message in found(bank)), found(bank)


def test_a_signature_that_was_used_before_is_found(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    spans = (Span(2, 3),)
    signature = signed(bank, spans)
    for _ in range(2):
        sealed(bank, spans, by="ana", signature=signature)
    bank.log.finish_erasures()
    assert any("used before" in message for message in found(bank))


def test_an_erasure_before_the_plan_lets_go_is_found(bank: DiskBank) -> None:
    spans = (Span(2, 3),)
    sealed(bank, spans, by="ana", signature=signed(bank, spans))
    bank.log.finish_erasures()
    assert any("before its plan let it go" in message for message in found(bank))


def test_a_plan_that_does_not_ask_for_it_is_no_authority(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    plan = bank.home.state.plan
    sealed(bank, (Span(2, 3),), asked=ErasureKind.DUE, plan=plan)
    sealed(bank, (Span(2, 3),), asked=ErasureKind.DUE, plan="0" * 64)
    bank.log.finish_erasures()
    assert any("not due by the plan" in message for message in found(bank))
    assert any("nobody signed it" in message for message in found(bank))


def test_nothing_follows_an_erasure_that_deferred_nothing(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    spans = (Span(2, 3),)
    before = sealed(bank, spans, by="ana", signature=signed(bank, spans))
    sealed(bank, (Span(3, 4),), asked=ErasureKind.SETTLED, follows=Ref(0, before))
    bank.log.finish_erasures()
    assert any("did not wait for its effect" in message for message in found(bank))


def test_nothing_follows_an_erasure_of_the_shard_before(bank: DiskBank) -> None:
    """What waited there stands there: an index here is another record."""
    bank.clock.advance(11 * DAY)
    spans = (Span(2, 3),)
    before = sealed(bank, spans, by="ana", signature=signed(bank, spans))
    bank.log.finish_erasures()
    bank.roll()
    done = act(bank)
    bank.clock.advance(11 * DAY)
    follows = Ref(0, before)
    sealed(bank, (Span(done, done + 1),), asked=ErasureKind.SETTLED, follows=follows)
    bank.log.finish_erasures()
    assert found(bank) == [f"shard 1: record {done} did not wait for its effect"]


def test_an_erasure_that_takes_what_settling_or_approving_needs_is_found(bank: DiskBank) -> None:
    unknown = allowed(bank.ask(pay(10, to="elsewhere")))
    waiting = escalated(bank.ask(pay(400, to="anywhere")))
    for ticket in (unknown.ticket, waiting.ticket):
        assert ticket is not None
        ticket.wait(10)
        bank.clock.advance(11 * DAY)
        spans = (Span(ticket.ref.index, ticket.ref.index + 1),)
        sealed(bank, spans, by="ana", signature=signed(bank, spans))
    bank.log.finish_erasures()
    messages = [message for message in found(bank) if "before its action had ended" in message]
    assert len(messages) == 2


@pytest.mark.parametrize("span", [Span(3, 2), Span(2, 2), Span(2, 10**12), Span(10**11, 10**12)])
def test_ranges_that_are_none_are_found_and_cost_nothing(bank: DiskBank, span: Span) -> None:
    sealed(bank, (span,), by="ana", signature=signed(bank, (span,)))
    assert any("not ranges of records" in message for message in found(bank))


# what the plan demands by itself


def test_what_is_due_goes_by_itself_on_the_plans_word_alone(tmp_path: Path) -> None:
    says = Retention(most_seconds=20 * DAY, automatic=True)
    bank = DiskBank(tmp_path / "home", with_retention(says))
    act(bank)
    bank.clock.advance(15 * DAY)
    young = act(bank)
    bank.clock.advance(6 * DAY)
    [due] = due_by_itself(bank.kernel)
    due.look()
    assert due.found.spans == (Span(2, 4),)
    due.signed = due.found.digest
    assert due.record()
    due.finish()
    assert bank.log.entry(Ref(0, young)).payload is not None
    verified = bank.verify()
    assert verified.ok, verified.findings
    said = bank.entries()[-1].record.predicate
    assert (said.by, said.signature, said.plan) == ("", None, bank.home.state.plan)
    bank.close()


def test_a_plan_that_is_not_automatic_erases_nothing_by_itself(bank: DiskBank) -> None:
    bank.release(with_retention(Retention(most_seconds=DAY)))
    assert due_by_itself(bank.kernel) == []
