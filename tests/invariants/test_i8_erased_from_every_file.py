"""I8 on a disk: after an erasure nothing readable of a value is left in any file of the home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank, files_holding
from watchkeeper import wiring
from watchkeeper.check.replay import ReplayAnswer, replay_all, summarise
from watchkeeper.check.survey import survey
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.steps import Refused, Stored
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.kinds import Kind

MARIA = "Mária <maria.keller@example.com>"
NOTE, RESULT, FACT, WHY = "knee operation 1997", "receipt 4411-XZ", "77777.77", "her own words 31"
ALL = (MARIA, NOTE, RESULT, FACT)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def told(bank: DiskBank) -> None:
    """One action about Maria from beginning to end, one that waits, and others about nobody."""
    done = allowed(bank.ask(pay(10, to="shop", key="other")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "plain"}).wait(10)
    call = pay(20, to="clinic", note=NOTE, key="maria-key-1", on_behalf_of=MARIA)
    done = allowed(bank.ask(replace(call, trace={"conversation": MARIA}), limit=FACT))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": RESULT}).wait(10)
    waiting = escalated(bank.ask(pay(400, to="clinic", note=NOTE, on_behalf_of=MARIA)))
    assert waiting.ticket is not None
    waiting.ticket.wait(10)


def test_nothing_readable_is_left_in_any_file(bank: DiskBank) -> None:
    told(bank)
    for value in ALL:
        assert files_holding(bank.path, value), f"{value} is nowhere even before"
    found = bank.erase(subject=MARIA)
    assert found["removed"] == found["payloads"] == 3
    bank.log.publish_now()
    for value in ALL:
        assert files_holding(bank.path, value) == []
    bank.restart()
    for value in ALL:
        assert files_holding(bank.path, value) == []


def test_the_log_still_verifies_and_says_what_was_erased(bank: DiskBank) -> None:
    told(bank)
    bank.erase(subject=MARIA)
    verified = bank.verify()
    assert verified.ok, verified.findings
    step = {step.number: step for step in verified.steps}[20]
    assert step.detail.startswith("1 erasures")
    assert "3 payloads erased" in step.detail


def test_what_is_erased_is_not_answered_by_the_process_that_runs(bank: DiskBank) -> None:
    told(bank)
    handle = bank.home.state.pending.waiting()[0].handle
    bank.erase(subject=MARIA)
    assert bank.home.state.pending.waiting() == []
    again = bank.come_back(handle)
    assert isinstance(again, Refused)
    assert again.reason is Reason.VOIDED
    assert bank.tell("ana", "pending") == []


@pytest.mark.parametrize("restarted", [False, True])
def test_a_retry_after_an_erasure_gets_no_second_effect(bank: DiskBank, restarted: bool) -> None:
    """I3 outlives the payload: the key's id stays, and nothing tells what it was made from."""
    told(bank)
    bank.erase(subject=MARIA)
    if restarted:
        bank.restart()
    call = pay(20, to="clinic", note=NOTE, key="maria-key-1", on_behalf_of=MARIA)
    again = bank.ask(replace(call, trace={"conversation": MARIA}), limit=FACT)
    assert isinstance(again, Stored)
    assert (again.status, again.result, again.erased) == (Status.SUCCEEDED, None, True)
    assert again.sentence == "This action was carried out before; its result was erased."
    other = bank.ask(pay(21, to="clinic", key="maria-key-1", on_behalf_of=MARIA))
    assert isinstance(other, Refused)
    assert other.reason is Reason.KEY_REUSED


def test_a_key_that_expired_before_the_erasure_is_still_refused(bank: DiskBank) -> None:
    told(bank)
    bank.clock.advance(100_000)
    bank.erase(subject=MARIA)
    bank.restart()
    again = bank.ask(pay(20, to="clinic", note=NOTE, key="maria-key-1", on_behalf_of=MARIA))
    assert isinstance(again, Refused)
    assert again.reason is Reason.KEY_EXPIRED


def test_an_unknown_action_is_kept_until_it_is_settled_and_then_erased(bank: DiskBank) -> None:
    call = pay(10, to="clinic", note=NOTE, on_behalf_of=MARIA, key="k9")
    done = allowed(bank.ask(call, limit=FACT))
    done.ticket.wait(10)
    found = bank.erase(subject=MARIA)
    index = done.ticket.ref.index
    assert (found["spans"], found["deferred"]) == ([], [[index, index + 1]])
    assert files_holding(bank.path, NOTE)
    assert bank.settle_up() == 0
    bank.restart()
    bank.clock.advance(3600)
    action = bank.home.state.unknown()[0]
    bank.tell("ana", "resolve", actionId=action.action_id, status="succeeded")
    assert bank.settle_up() == 2
    for value in (MARIA, NOTE, FACT):
        assert files_holding(bank.path, value) == []
    assert bank.settle_up() == 0
    verified = bank.verify()
    assert verified.ok, verified.findings


def test_the_record_gives_away_neither_the_person_nor_the_reason(bank: DiskBank) -> None:
    told(bank)
    bank.erase(subject=MARIA, why=WHY)
    (entry,) = [e for e in bank.entries() if e.record.kind is Kind.ERASURE]
    envelope = bank.log.envelope(entry.ref.index)
    for value in (MARIA, WHY):
        assert value.encode() not in envelope
    bank.log.publish_now()
    assert files_holding(bank.path / "log", WHY) == []


def test_a_reason_that_names_the_person_is_refused(bank: DiskBank) -> None:
    told(bank)
    erasing = None
    with pytest.raises(CommandInvalid, match="names the person"):
        erasing = bank.begin(subject=MARIA, why=f"asked by {MARIA.upper()}")
    assert erasing is None


def test_replay_says_erased_and_gap_and_answer_go_on(bank: DiskBank) -> None:
    told(bank)
    before = survey(bank.entries())
    bank.erase(subject=MARIA)
    bank.log.publish_now()
    found = summarise(replay_all(bank.entries(), wiring.replayer(bank.path)))
    assert found.sound
    assert (found.counts[ReplayAnswer.SAME], found.counts[ReplayAnswer.ERASED]) == (1, 2)
    after = survey(bank.entries())
    assert (after.shapes, after.effects) == (before.shapes, before.effects)
    assert after.kinds["erasure"] == 1


def test_the_budget_of_what_was_erased_stays_spent(bank: DiskBank) -> None:
    told(bank)
    (before,) = bank.home.state.budgets.used("pays", bank.home.now())
    bank.erase(subject=MARIA)
    bank.restart()
    (after,) = bank.home.state.budgets.used("pays", bank.home.now())
    assert (after.count, after.sum) == (before.count, before.sum)


def test_where_the_name_occurs_elsewhere_the_records_are_named(bank: DiskBank) -> None:
    done = allowed(bank.ask(pay(10, to="shop", note=f"for {MARIA}, as agreed")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": f"paid to {MARIA}"}).wait(10)
    index = done.ticket.ref.index
    found = bank.look(subject=MARIA)
    assert (found["payloads"], found["elsewhere"]) == (0, [index, index + 1])
    bank.erase(asked="records", spans=[[index, index + 1]])
    assert files_holding(bank.path, MARIA) == []
