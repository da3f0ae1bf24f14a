"""No refusal without a reason; no approval without one where the plan asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay, reason_of
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import bundle_with, durable, said, verdicts
from watchkeeper.errors import CommandInvalid


def test_a_refusal_needs_a_reason() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(CommandInvalid, match="a reason is required to refuse"):
        bank.tell("ben", "refuse", **bank.verdict_body(handle))
    assert bank.refuse(handle)["state"] == "refused"


def test_an_approval_needs_one_where_the_plan_says_so() -> None:
    bank = Bank(bundle_with(reason="required"))
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(CommandInvalid, match="a reason is required to approve"):
        bank.approve(handle)
    reason, beside = reason_of("seen the invoice")
    bank.tell("ben", "approve", beside, **{**bank.verdict_body(handle), "reason": reason})
    allowed(bank.come_back(handle))


def test_a_reason_of_which_only_the_digest_comes_is_none() -> None:
    bank = Bank(bundle_with(reason="required"))
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(CommandInvalid, match="not the one that was signed"):
        bank.approve(handle, reason="0" * 64)


def test_a_reason_has_an_end() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    reason, beside = reason_of("x" * 5000)
    body = {**bank.verdict_body(handle), "reason": reason}
    with pytest.raises(CommandInvalid, match="longer than 4096 bytes"):
        bank.tell("ben", "refuse", beside, **body)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", bundle_with(reason="required"))
    yield bank
    bank.close()


def test_the_verifier_finds_an_approval_without_it(bank: DiskBank) -> None:
    handle = durable(bank)
    reason, beside = reason_of("seen")
    body = bank.verdict_body(handle)
    bank.tell("ben", "approve", beside, **{**body, "reason": reason})
    assert bank.verify().ok
    ((_, verdict, _),) = verdicts(bank)
    signature = bank.sign("cyd", "approve", body)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    lied = replace(verdict, reviewer="cyd", reason=None, signature=signature, at=bank.home.now())
    said(bank, lied, pending.digest)
    found = bank.verify()
    assert any("without the reason" in finding.message for finding in found.findings)
