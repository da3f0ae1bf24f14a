"""An approval by somebody who lost the role, or never had the one that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
    forged,
    lied,
    on_disk,
    release,
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import NotApproved, NotAuthorised


def test_roles_are_those_of_the_plan_in_force() -> None:
    roles = {**ruled().roles, "lead": ("ana", "cyd")}
    bank = Bank(ruled(roles=roles))
    for person in ("ben", "nobody"):
        with pytest.raises(NotAuthorised):
            answer(bank, person, wider())
    with pytest.raises(NotAuthorised, match="does not hold"):
        answer(bank, "cyd", wider(), role="release")


def test_a_plan_can_not_name_its_own_approvers() -> None:
    roles = {**ruled().roles, "lead": ("ana", "cyd")}
    bank = Bank(ruled(roles=roles))
    with pytest.raises(NotApproved):
        release(bank, ruled())  # it would make ben a lead


def test_a_role_that_nobody_asks_is_not_answered_in() -> None:
    bank = Bank(ruled())
    with pytest.raises(NotAuthorised, match="asks nobody"):
        answer(bank, "ana", wider(), role="operate")


def test_an_answer_by_somebody_without_the_role_is_found(tmp_path: Path) -> None:
    roles = {**ruled().roles, "lead": ("ana", "cyd")}
    bank = on_disk(tmp_path, ruled(roles=roles))
    ref = lied(bank, "ben", wider())
    forged(bank, wider(), approvals=(ref,))
    assert "plan-verdict: `ben` does not hold the role `lead`" in changes_step(bank)
    bank.close()
