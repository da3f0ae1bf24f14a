"""A plan whose rule nobody could ever meet: after it, nothing could be released again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.approvals import RULE, answer, release, ruled
from tests.worlds.bank import Bank
from watchkeeper.errors import CommandInvalid
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule


@pytest.mark.parametrize(
    "rule",
    [
        ReleaseRule((NeededApproval("lead", 3),), separate=("releaser",)),
        ReleaseRule((NeededApproval("lead", 4),)),
        ReleaseRule((NeededApproval("nobody"),)),
        ReleaseRule((NeededApproval("nobody", 1, "weaker"),)),
        ReleaseRule((NeededApproval("operate"), NeededApproval("release"))),
    ],
    ids=["all but one", "too many", "no such role", "for what is weaker", "one person, two roles"],
)
def test_it_is_not_released(rule: ReleaseRule) -> None:
    bank = Bank(ruled(None))
    with pytest.raises(CommandInvalid, match="nobody could release the next"):
        release(bank, ruled(rule))


def test_people_without_a_key_do_not_count() -> None:
    bank = Bank(ruled())
    keyless = tuple(one if one.id == "ana" else replace(one, keys=()) for one in ruled().people)
    plan = ruled(people=keyless)
    answer(bank, "ben", plan)
    with pytest.raises(CommandInvalid, match="nobody could release the next"):
        release(bank, plan)


def test_what_can_be_met_is_released() -> None:
    bank = Bank(ruled(None))
    assert release(bank, ruled(replace(RULE, approvals=(NeededApproval("lead", 2),))))["plan"]
