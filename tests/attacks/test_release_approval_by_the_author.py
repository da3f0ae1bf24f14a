"""Who wrote or releases a plan approves it, where the plan in force keeps them apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.approvals import (
    RULE,
    answer,
    changes_step,
    forged,
    given,
    on_disk,
    release,
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import NotApproved


@pytest.mark.parametrize("written_by", [None, "ben"])
def test_they_are_not_counted(written_by: str | None) -> None:
    bank = Bank(ruled())
    person, said = ("ana", {}) if written_by is None else ("ben", {"writtenBy": "ben"})
    answer(bank, person, wider())
    with pytest.raises(NotApproved, match="other than"):
        release(bank, wider(), **said)
    answer(bank, "cyd", wider())
    release(bank, wider(), **said)
    assert bank.home.state.plan is not None


def test_they_count_where_nothing_keeps_them_apart() -> None:
    bank = Bank(ruled(replace(RULE, separate=())))
    answer(bank, "ana", wider())
    assert release(bank, wider())["approvals"]


@pytest.mark.parametrize("written_by", [None, "ben"])
def test_a_record_that_counts_them_is_found(written_by: str | None, tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    person, said = ("ana", {}) if written_by is None else ("ben", {"writtenBy": "ben"})
    answer(bank, person, wider())
    forged(bank, wider(), body=said, approvals=tuple(given(bank)))
    assert changes_step(bank) == [f"`{person}` approved it, who wrote or released it"]
    bank.close()
