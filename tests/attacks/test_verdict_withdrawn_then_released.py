"""An approval that was taken back releases nothing, and nobody takes back another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import durable, said, verdicts
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.steps import Admitted, Escalated
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.kinds import Kind


def test_what_was_withdrawn_is_not_released() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.approve(handle)
    assert bank.withdraw(handle) == {"handle": handle, "state": "pending"}
    assert isinstance(bank.come_back(handle), Escalated)


def test_nor_by_a_call_that_was_under_way_when_it_was_withdrawn() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.approve(handle)
    admitted = bank.kernel.come_back("payer", handle)
    assert isinstance(admitted, Admitted)
    reads = bank.reads(admitted)
    bank.withdraw(handle)
    answer = bank.kernel.decide(admitted, reads)
    assert not hasattr(answer, "decided"), answer


def test_of_two_approvals_one_is_taken_away() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(20, why="broken"))).handle
    bank.approve(handle, "ben")
    bank.withdraw(handle, "ben")
    assert bank.approve(handle, "cyd")["state"] == "pending"
    assert bank.approve(handle, "ana")["state"] == "approved"
    allowed(bank.come_back(handle))


def test_who_withdrew_may_approve_again_or_refuse() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.approve(handle)
    bank.withdraw(handle)
    assert bank.refuse(handle)["state"] == "refused"


def test_nobody_takes_back_what_another_approved() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.approve(handle, "ben")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    theirs = pending.verdicts[0].ref
    for verdict in ({"shard": theirs.shard, "index": theirs.index}, None):
        with pytest.raises(CommandInvalid, match="no such approval of yours"):
            bank.withdraw(handle, "cyd", verdict=verdict)


def test_what_was_released_can_not_be_taken_back() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.approve(handle)
    allowed(bank.come_back(handle))
    with pytest.raises(CommandInvalid, match="can not be taken back any more: it is released"):
        bank.withdraw(handle)


def test_it_is_so_after_a_restart() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.approve(handle)
    bank.withdraw(handle)
    bank.crash()
    assert isinstance(bank.come_back(handle), Escalated)
    bank.roll()
    assert isinstance(bank.come_back(handle), Escalated)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def test_the_verifier_finds_an_allow_that_cites_what_was_taken_back(bank: DiskBank) -> None:
    handle = durable(bank, amount=210)
    bank.approve(handle)
    bank.withdraw(handle)
    assert bank.verify().ok
    bank.approve(handle)
    allowed(bank.come_back(handle)).ticket.wait(10)
    assert bank.verify().ok
    # The same allow, by a home that lies about which approval it had.
    (first, _, _), *_ = verdicts(bank)
    decided = next(
        e
        for e in bank.entries()
        if isinstance(e.record.predicate, DecisionRecord) and e.record.predicate.verdicts
    )
    other = durable(bank, amount=210, note="again")
    bank.approve(other)
    bank.withdraw(other)
    pending = bank.home.state.pending.by_handle(other)
    assert pending is not None
    taken = next(ref for ref, one, _ in verdicts(bank) if one.action_id == pending.action_id)
    lied = replace(
        decided.record.predicate,
        at=bank.home.now(),
        action_id=pending.action_id,
        escalated_by=pending.decision,
        verdicts=(taken,),
    )
    assert first != taken
    bank.home.append(replace(decided.record, digest=pending.digest, predicate=lied)).wait(10)
    found = bank.verify()
    assert any("taken back" in finding.message for finding in found.findings), found.findings


def test_the_verifier_finds_a_withdrawal_that_its_person_did_not_sign(bank: DiskBank) -> None:
    handle = durable(bank)
    bank.approve(handle)
    bank.withdraw(handle)
    (_, withdrawal, _) = verdicts(bank)[-1]
    bank.approve(handle)
    again = verdicts(bank)[-1][0]
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    lied = replace(withdrawal, withdraws=again, at=bank.home.now())
    said(bank, lied, pending.digest)
    found = bank.verify()
    assert any(
        "another verdict" in f.message or "used before" in f.message for f in found.findings
    ), found.findings


def test_withdrawals_are_verdicts_in_the_log(bank: DiskBank) -> None:
    handle = durable(bank)
    bank.approve(handle)
    bank.withdraw(handle)
    kinds = [e.record.kind for e in bank.entries()][-2:]
    assert kinds == [Kind.VERDICT, Kind.VERDICT]
