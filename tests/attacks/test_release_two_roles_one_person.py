"""One person who fills two seats of the rule, by holding two roles."""

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
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import NotApproved
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule

TWO = ReleaseRule((NeededApproval("lead"), NeededApproval("operate")))
ROLES = {**ruled().roles, "operate": ("ana", "ben")}


def test_one_person_is_one_approval() -> None:
    bank = Bank(ruled(TWO, roles=ROLES))
    answer(bank, "ben", wider(TWO))
    answer(bank, "ben", wider(TWO), role="operate")
    with pytest.raises(NotApproved):
        release(bank, wider(TWO))
    answer(bank, "cyd", wider(TWO))
    assert len(release(bank, wider(TWO))["approvals"]) == 2


def test_who_holds_both_is_moved_to_the_seat_that_is_free() -> None:
    bank = Bank(ruled(TWO, roles=ROLES))
    for person, role in (("ben", "lead"), ("ben", "operate"), ("ana", "lead")):
        answer(bank, person, wider(TWO), role=role)
    assert len(release(bank, wider(TWO))["approvals"]) == 2


def test_the_same_person_twice_in_one_role_is_once() -> None:
    rule = ReleaseRule((NeededApproval("lead", 2),))
    bank = Bank(ruled(rule))
    answer(bank, "ben", wider(rule))
    answer(bank, "ben", wider(rule))
    with pytest.raises(NotApproved, match="1 did so far"):
        release(bank, wider(rule))


def test_a_record_that_counts_both_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(TWO, roles=ROLES))
    answer(bank, "ben", wider(TWO))
    answer(bank, "ben", wider(TWO), role="operate")
    forged(bank, wider(TWO), approvals=tuple(given(bank)))
    assert changes_step(bank) == ["one person approved it in two roles"]
    bank.close()
