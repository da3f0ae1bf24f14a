"""An approval of one plan that is to let another one pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
    digest_of,
    forged,
    given,
    on_disk,
    release,
    renamed,
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import CommandInvalid, NotApproved


def test_an_approval_counts_for_exactly_its_plan() -> None:
    bank = Bank(ruled())
    answer(bank, "ben", renamed(ruled()))
    with pytest.raises(NotApproved, match="0 did so far"):
        release(bank, wider())
    assert bank.home.state.plan == digest_of(ruled())


@pytest.mark.parametrize("plan", ["0" * 63, "x" * 64, 5, None])
def test_what_is_no_digest_is_not_answered_to(plan: Any) -> None:
    bank = Bank(ruled())
    with pytest.raises(CommandInvalid):
        answer(bank, "ben", wider(), plan=plan)


def test_a_record_that_names_it_all_the_same_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    answer(bank, "ben", renamed(ruled()))
    forged(bank, wider(), approvals=tuple(given(bank)))
    assert changes_step(bank) == [
        "it names an answer to another plan, or to one that would follow another"
    ]
    bank.close()
