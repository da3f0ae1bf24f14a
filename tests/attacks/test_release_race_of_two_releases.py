"""Two plans approved to follow the same one, released at the same moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
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


def test_the_second_no_longer_follows() -> None:
    bank = Bank(ruled())
    first, second, before = wider(), renamed(ruled()), bank.home.state.plan
    for plan in (first, second):
        answer(bank, "ben", plan)
    release(bank, first)
    with pytest.raises(CommandInvalid, match="in between"):
        release(bank, second, previous=before)
    with pytest.raises(NotApproved):
        release(bank, second)


def test_a_record_of_the_second_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    first, second, before = wider(), renamed(ruled()), bank.home.state.plan
    for plan in (first, second):
        answer(bank, "ben", plan)
    _, other = given(bank)
    release(bank, first)
    forged(bank, second, body={"previous": before}, previous=before, approvals=(other,))
    assert changes_step(bank) == [
        f"approved by way of record {other.index}, which is no answer that counts"
    ]
    bank.close()
