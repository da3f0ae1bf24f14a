"""Removal without a record, a record without removal, and a plan that is to disappear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.test_erase_unentitled import sealed, signed
from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank, files_holding, rewrite
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.erasure import render_stub
from watchkeeper.records.action import Status
from watchkeeper.records.erasure import Span
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    done = allowed(bank.ask(pay(10, to="clinic", on_behalf_of="maria")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "done"}).wait(10)
    yield bank
    bank.close()


def test_a_payload_that_was_removed_without_a_record_is_found(bank: DiskBank) -> None:
    stub = render_stub(9, {}, 2000)
    rewrite(bank, lambda f: stub[: len(f.payload)] if f.index == 2 else f.payload)
    (finding,) = [f for f in bank.verify().findings if f.step == 20]
    assert (finding.index, finding.message) == (2, "its payload was erased, and no record says so")


def test_payloads_that_are_simply_gone_are_counted(bank: DiskBank) -> None:
    rewrite(bank, lambda f: b"" if f.index == 2 else f.payload)
    step = {step.number: step for step in bank.verify().steps}[20]
    assert "1 records without a payload, which no erasure explains" in step.detail


def test_an_erasure_that_was_recorded_and_not_done_is_found(bank: DiskBank) -> None:
    erasing = bank.begin(subject="maria")
    erasing.look()
    assert erasing.record()
    messages = {f.index: f.message for f in bank.verify().findings if f.step == 20}
    assert set(messages) == {2, 3}
    assert "still there" in messages[2]
    erasing.finish()
    assert bank.verify().ok


def test_a_plan_can_not_be_erased_by_its_index(bank: DiskBank) -> None:
    release = next(e for e in bank.entries() if e.record.kind is Kind.PLAN_RELEASE)
    index = release.ref.index
    with pytest.raises(CommandInvalid, match="holds a plan"):
        bank.look(asked="records", spans=[[index, index + 1]])
    found = bank.erase(asked="records", spans=[[0, index + 2]])
    assert found["spans"] == [[index + 1, index + 3]]


def test_a_record_that_erases_a_plan_is_found_and_removes_nothing(bank: DiskBank) -> None:
    spans = (Span(0, 3),)
    sealed(bank, spans, by="ana", signature=signed(bank, spans))
    assert bank.log.finish_erasures() == 1
    assert bank.log.entry(Ref(0, 1)).payload is not None
    messages = [f.message for f in bank.verify().findings]
    assert messages == ["record 0 holds what is never erased"]
    bank.restart()
    assert bank.home.has_plan


def test_a_plan_is_not_taken_for_erased_by_age_either(bank: DiskBank) -> None:
    bank.clock.advance(86_400)
    found = bank.erase(asked="age", before=str(bank.home.now()))
    assert found["spans"] == [[2, 4]]
    bank.restart()
    assert bank.home.has_plan
    assert files_holding(bank.path, "maria") == []
