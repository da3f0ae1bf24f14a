"""A release in an emergency that nobody looks at, or that says itself who will."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.approvals import (
    RULE,
    answer,
    changes_step,
    forged,
    managed,
    on_disk,
    release,
    renamed,
    ruled,
    wider,
)
from tests.worlds.bank import Bank
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.loop.facts_of.management import aims_of
from watchkeeper.records.plan.bundle import Bundle


def _overdue(bank: Bank) -> bool:
    found = aims_of(bank.home, "desk", bank.home.now())
    assert found is not None
    return "release-review" in found.counting


def test_it_becomes_due_and_counts_until_another_person_looks(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    plan = wider(management=managed())
    told = release(bank, plan, why="the shop is down")
    assert told["approvals"] == []
    assert told["reviewBy"] is not None
    assert not _overdue(bank)
    bank.clock.advance(3601)
    assert _overdue(bank)
    (due,) = bank.tell("ana", "plan-approvals")["emergencies"]
    assert due["overdue"]
    with pytest.raises(NotAuthorised, match="does not look at it"):
        answer(bank, "ana", plan, previous=due["previous"])
    answer(bank, "ben", plan, previous=due["previous"])
    assert not _overdue(bank)
    assert bank.tell("ana", "plan-approvals")["emergencies"] == []
    assert changes_step(bank) == []
    bank.close()


def test_a_newer_plan_does_not_end_it() -> None:
    bank = Bank(ruled(management=managed()))
    release(bank, wider(management=managed()), why="the shop is down")
    later = renamed(ruled(management=managed()))
    answer(bank, "ben", later)
    release(bank, later)
    bank.clock.advance(3601)
    assert _overdue(bank)


@pytest.mark.parametrize(
    "plan",
    [
        wider(None),
        wider(replace(RULE, review_within_seconds=10**6)),
        wider(roles={**ruled().roles, "lead": ("ana", "ben", "cyd", "dan")}),
    ],
    ids=["no rule", "later", "another lead"],
)
def test_it_leaves_alone_who_looks_at_it(plan: Bundle, tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    with pytest.raises(CommandInvalid, match="emergency can not change"):
        release(bank, plan, why="the shop is down")
    forged(bank, plan, urgent="the shop is down")
    (found,) = changes_step(bank)
    assert found.startswith("an emergency that changes")
    bank.close()


def test_it_takes_the_role_and_a_reason() -> None:
    bank = Bank(ruled(replace(RULE, emergency_role="lead")))
    with pytest.raises(CommandInvalid, match="needs a reason"):
        release(bank, wider(), emergency={"reason": None})
    none = Bank(ruled(replace(RULE, emergency_role=None, review_within_seconds=None)))
    with pytest.raises(NotAuthorised, match="says nothing of emergencies"):
        release(none, wider(), why="the shop is down")
    other = Bank(ruled(replace(RULE, emergency_role="nobody")))
    with pytest.raises(NotAuthorised, match="does not hold"):
        release(other, wider(), why="the shop is down")


@pytest.mark.parametrize("changes", [{"within": 10**6}, {"hide": True}])
def test_a_record_that_puts_it_off_or_hides_it_is_found(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    bank = on_disk(tmp_path)
    forged(bank, wider(), urgent="the shop is down", **changes)
    (found,) = changes_step(bank)
    assert "by another time" in found or "do not both say" in found
    bank.close()
