"""Plan A, then B, then A again by the approval that A had before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
    digest_of,
    forged,
    on_disk,
    release,
    renamed,
    ruled,
    wider,
    withdraw,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import CommandInvalid, NotApproved
from watchkeeper.records.kinds import Kind


def test_an_approval_counts_for_what_follows_one_plan_once(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    first, second = wider(), ruled()
    answer(bank, "ben", first)
    release(bank, first)
    answer(bank, "ben", second)
    release(bank, second)
    with pytest.raises(NotApproved):
        release(bank, first)
    old = next(e.ref for e in bank.entries() if e.record.kind is Kind.PLAN_VERDICT)
    forged(bank, first, approvals=(old,))
    assert changes_step(bank) == [
        f"approved by way of record {old.index}, which is no answer that counts"
    ]
    bank.close()


def test_an_answer_names_the_plan_that_it_would_follow() -> None:
    bank = Bank(ruled())
    before = bank.home.state.plan
    answer(bank, "ben", wider())
    release(bank, wider())
    with pytest.raises(CommandInvalid, match="in between"):
        answer(bank, "ben", renamed(wider()), previous=before)


def test_a_signed_answer_is_used_once() -> None:
    bank = Bank(ruled())
    body = {
        "plan": digest_of(wider()),
        "previous": bank.home.state.plan,
        "role": "lead",
        "excepts": [],
        "reason": None,
    }
    signature = bank.sign("ben", "approve-plan", body)
    bank.commands.run(signature, {})
    withdraw(bank, "ben")
    with pytest.raises(CommandInvalid, match="before"):
        bank.commands.run(signature, {})
