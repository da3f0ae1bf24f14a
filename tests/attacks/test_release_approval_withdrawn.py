"""An approval that was taken back, or is held up by a refusal, and counted all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
    digest_of,
    forged,
    given,
    on_disk,
    release,
    ruled,
    wider,
    withdraw,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import NotApproved, NotAuthorised
from watchkeeper.records.codec import to_json


def test_what_was_withdrawn_counts_no_more(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    answer(bank, "ben", wider())
    before = given(bank)
    withdraw(bank, "ben")
    with pytest.raises(NotApproved):
        release(bank, wider())
    forged(bank, wider(), approvals=tuple(before))
    assert changes_step(bank) == [
        f"approved by way of record {before[0].index}, which is no answer that counts"
    ]
    bank.close()


def test_a_refusal_holds_it_up_until_it_is_withdrawn(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    answer(bank, "ben", wider())
    answer(bank, "cyd", wider(), verb="refuse-plan", why="no drill yet")
    with pytest.raises(NotApproved, match="`cyd` refuses it"):
        release(bank, wider())
    forged(bank, wider(), approvals=(given(bank)[0],))
    assert changes_step(bank) == ["released while `cyd` refused it as `lead`"]
    bank.close()


def test_after_the_refusal_is_withdrawn_it_passes() -> None:
    bank = Bank(ruled())
    answer(bank, "ben", wider())
    answer(bank, "cyd", wider(), verb="refuse-plan", why="no drill yet")
    withdraw(bank, "cyd")
    assert release(bank, wider())["approvals"]


def test_nobody_withdraws_for_another() -> None:
    bank = Bank(ruled())
    answer(bank, "ben", wider(), verb="refuse-plan", why="no")
    place = to_json(given(bank)[0])
    with pytest.raises(NotAuthorised):
        bank.tell("ana", "withdraw-plan", plan=digest_of(wider()), verdict=place, reason=None)
