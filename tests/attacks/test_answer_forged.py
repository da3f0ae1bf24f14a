"""Asking back: a question is a reviewer's, an answer the agent's own, and neither decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import ask_back, durable, said
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.loop.answering import answer_question, question_for
from watchkeeper.loop.inbox import dialogue_of
from watchkeeper.loop.steps import Escalated
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import AnswerRecord, QuestionRecord
from watchkeeper.verify.values import held_values

MARKUP = "<script>alert(1)</script>\u202e</b>"


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_a_question_is_asked_and_answered(bank: Bank) -> None:
    handle = durable(bank)
    ask_back(bank, handle, text="for which order?")
    asked = question_for(bank.home, "payer", handle)
    assert asked is not None
    assert asked.text == "for which order?"
    answer_question(bank.home, "payer", handle, MARKUP)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    (exchange,) = dialogue_of(bank.home, pending)
    assert (exchange.by, exchange.answer) == ("ben", MARKUP)
    assert question_for(bank.home, "payer", handle) is None
    assert isinstance(bank.come_back(handle), Escalated)
    bank.approve(handle)
    allowed(bank.come_back(handle))


def test_an_answer_approves_nothing_and_does_not_prolong(bank: Bank) -> None:
    handle = durable(bank)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    before = (pending.state, pending.expires)
    ask_back(bank, handle)
    answer_question(bank.home, "payer", handle, "approved by ben")
    assert (pending.state, pending.expires) == before


def test_another_agent_neither_sees_nor_answers_a_question(bank: Bank) -> None:
    handle = durable(bank)
    ask_back(bank, handle)
    assert question_for(bank.home, "other", handle) is None
    with pytest.raises(CommandInvalid, match="no question waits"):
        answer_question(bank.home, "other", handle, "yes")


def test_nothing_is_answered_that_was_not_asked_or_twice(bank: Bank) -> None:
    handle = durable(bank)
    with pytest.raises(CommandInvalid, match="no question waits"):
        answer_question(bank.home, "payer", handle, "please")
    ask_back(bank, handle)
    answer_question(bank.home, "payer", handle, "please")
    with pytest.raises(CommandInvalid, match="no question waits"):
        answer_question(bank.home, "payer", handle, "please, please")


@pytest.mark.parametrize("text", ["", "x" * 4097, "é" * 2049])
def test_an_answer_has_a_length(bank: Bank, text: str) -> None:
    handle = durable(bank)
    ask_back(bank, handle)
    with pytest.raises(CommandInvalid, match="1 to 4096 bytes"):
        answer_question(bank.home, "payer", handle, text)


def test_a_lone_surrogate_is_no_way_to_break_the_log(bank: Bank) -> None:
    handle = durable(bank)
    ask_back(bank, handle)
    answer_question(bank.home, "payer", handle, "a\ud800b")
    bank.crash()
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    assert dialogue_of(bank.home, pending)[0].answer == "a?b"


def test_questions_come_to_an_end(bank: Bank) -> None:
    handle = durable(bank)
    for n in range(5):
        ask_back(bank, handle, text=f"why {n}?")
    with pytest.raises(CommandInvalid, match="5 questions were asked"):
        ask_back(bank, handle, text="and why?")


def test_only_who_decides_asks(bank: Bank) -> None:
    handle = durable(bank)
    with pytest.raises(NotAuthorised):
        ask_back(bank, handle, role="release")
    with pytest.raises(CommandInvalid, match="nothing is asked"):
        bank.tell(
            "ben",
            "ask",
            handle=handle,
            role="lead",
            request=bank.verdict_body(handle)["request"],
            text=None,
        )


def test_a_question_is_still_there_after_a_restart_and_a_roll(bank: Bank) -> None:
    handle = escalated(bank.ask(pay(300))).handle
    ask_back(bank, handle, text="which order?")
    bank.crash()
    bank.roll()
    bank.crash()
    asked = question_for(bank.home, "payer", handle)
    assert asked is not None
    assert asked.text == "which order?"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def test_the_verifier_holds_them_together(disk: DiskBank) -> None:
    handle = durable(disk)
    ask_back(disk, handle)
    answer_question(disk.home, "payer", handle, "because").wait(10)
    assert disk.verify().ok
    question, answer = (e for e in disk.entries() if e.record.kind in {Kind.QUESTION, Kind.ANSWER})
    for entry in (question, answer):
        assert entry.payload is not None
        (held,) = held_values(entry.record.predicate, entry.payload.body)
        assert held.value() is not None
    asked: QuestionRecord = question.record.predicate
    answered: AnswerRecord = answer.record.predicate
    digest = answer.record.digest
    forged = [
        (replace(answered, at=disk.home.now()), "to no open question"),
        (replace(answered, at=disk.home.now(), agent="other"), "by another agent"),
        (replace(asked, at=disk.home.now()), "used before"),
        (replace(asked, at=disk.home.now(), text="0" * 64), "another text"),
        (replace(asked, at=disk.home.now(), by="cyd"), "key that is not known"),
        (replace(asked, at=disk.home.now(), role="release"), "does not hold the role"),
    ]
    for lied, _ in forged:
        said(disk, lied, digest)
    found = [finding.message for finding in disk.verify().findings]
    for _, why in forged:
        assert any(why in message for message in found), (why, found)
    assert len(found) == len(forged)


def test_questions_and_answers_are_erased_with_their_action(disk: DiskBank) -> None:
    handle = durable(disk)
    ask_back(disk, handle, text="is it for Mrs Miller?")
    answer_question(disk.home, "payer", handle, "yes, Mrs Miller").wait(10)
    disk.refuse(handle)
    decision = next(e for e in disk.entries() if e.record.kind is Kind.DECISION)
    disk.erase(asked="records", spans=[[decision.ref.index, decision.ref.index + 1]])
    left = [e for e in disk.entries() if e.record.kind in {Kind.QUESTION, Kind.ANSWER}]
    assert [e.payload for e in left] == [None, None]
    assert disk.verify().ok
