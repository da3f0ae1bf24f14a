"""An approval by a key that the plan in force no longer knows, or by no key of its person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
    digest_of,
    forged,
    lied,
    on_disk,
    passkey_of,
    release,
    ruled,
    wider,
    with_passkeys,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import CommandInvalid, NotApproved, NotAuthorised
from watchkeeper.records.plan.bundle import Bundle


def _without(plan: Bundle, person: str) -> Bundle:
    roles = {role: tuple(p for p in held if p != person) for role, held in plan.roles.items()}
    return replace(plan, people=tuple(p for p in plan.people if p.id != person), roles=roles)


def test_who_left_the_plan_has_no_word() -> None:
    bank = Bank(_without(ruled(), "ben"))
    with pytest.raises(NotAuthorised, match="no key"):
        answer(bank, "ben", wider())


def test_their_word_before_they_left_counts_for_nothing_after() -> None:
    bank = Bank(ruled())
    gone = _without(ruled(), "ben")
    answer(bank, "ben", wider())
    answer(bank, "cyd", gone)
    release(bank, gone)
    with pytest.raises(NotApproved):
        release(bank, wider())


def test_a_passkey_answers_to_no_plan() -> None:
    bank = Bank(with_passkeys(ruled()))
    body = {
        "plan": digest_of(wider()),
        "previous": bank.home.state.plan,
        "role": "lead",
        "excepts": [],
        "reason": None,
    }
    with pytest.raises(CommandInvalid, match="passkey"):
        bank.commands.run(passkey_of("ben", bank, "approve-plan", body), {})


def test_another_key_under_their_name_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    ref = lied(bank, "ben", wider(), key="somebody")
    forged(bank, wider(), approvals=(ref,))
    assert any("plan-verdict:" in found for found in changes_step(bank))
    bank.close()
