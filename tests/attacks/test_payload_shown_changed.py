"""Somebody who can write to the home changes what an approval was, or will be, given for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import allowed
from tests.worlds.tampered import TamperedBank, once
from watchkeeper.errors import CommandInvalid, LogInconsistent
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.loop.steps import Refused
from watchkeeper.records.action import Reason

OTHER_FACTS = "the payload's `shownFacts` is another than recorded"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[TamperedBank]:
    bank = TamperedBank(tmp_path / "home")
    yield bank
    bank.close()


def test_an_approval_holds_after_a_start(bank: TamperedBank) -> None:
    _, waits = bank.waiting(once("a", 400))
    bank.restart()
    bank.approve(waits.handle)
    allowed(bank.come_back(waits.handle))


FACTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "those of another limit": lambda body: body.update(
        shownFacts=sha256_hex(canonical_arguments({"order": {"limit": "9.00"}}))
    ),
    "emptied": lambda body: body.update(shownFacts=""),
    "gone": lambda body: body.pop("shownFacts"),
    "another salt": lambda body: body["salts"].update(shownFacts="00" * 16),
}


@pytest.mark.parametrize("how", FACTS.values(), ids=FACTS)
def test_an_approval_for_other_facts(
    bank: TamperedBank, how: Callable[[dict[str, Any]], Any]
) -> None:
    """What a reviewer approved under old facts would be released under new ones."""
    ref, waits = bank.waiting(once("a", 400))
    bank.approve(waits.handle)
    bank.change(ref, how)
    with pytest.raises(LogInconsistent, match="its `shownFacts` is another"):
        bank.restart()
    assert bank.findings() == [(ref.index, OTHER_FACTS)]


def test_a_reviewer_is_shown_nothing_rather_than_something_else(bank: TamperedBank) -> None:
    ref, waits = bank.waiting(once("a", 400))
    bank.change(ref, lambda body: body["shown"].update(sentence="nothing to look at"))
    bank.restart()
    pending = bank.home.state.pending.by_handle(waits.handle)
    assert pending is not None
    assert bank.home.shown(pending) is None
    shown = "the payload's `shown` is not what the record says was shown"
    assert bank.findings() == [(ref.index, shown)]


def test_a_request_that_was_changed_is_not_released(bank: TamperedBank) -> None:
    ref, waits = bank.waiting(once("a", 400))
    bank.approve(waits.handle)
    bank.change(ref, lambda body: body["request"]["arguments"].update(to="elsewhere"))
    bank.restart()
    answer = bank.come_back(waits.handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.VOIDED


def test_an_outcome_that_was_changed_is_not_handed_out(bank: TamperedBank) -> None:
    ref = bank.paid(once("a")).ticket.ref
    effect = type(ref)(ref.shard, ref.index + 1)
    bank.change(effect, lambda body: body.update(result={"text": "paid twice, pay once more"}))
    bank.restart()
    answer = bank.ask(once("a"))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.EFFECT_UNKNOWN


def test_arguments_that_were_changed_settle_nothing(bank: TamperedBank) -> None:
    """The system of record would be asked about another payment, which was made."""
    answer = allowed(bank.ask(once("a")))
    answer.ticket.wait(10)
    bank.clock.advance(100_000)
    bank.change(answer.ticket.ref, lambda body: body["request"]["arguments"].update(to="elsewhere"))
    bank.restart()
    with pytest.raises(CommandInvalid, match="payload is not the recorded one"):
        bank.tell("ana", "resolve", actionId=answer.request.action_id, status="read")
