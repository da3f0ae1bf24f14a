"""A plan that drops the rule that guards it, in the release that the rule should guard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.approvals import changes_step, forged, on_disk, release, renamed, ruled, wider
from tests.worlds.bank import Bank
from watchkeeper.errors import NotApproved
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule


def test_the_rule_of_the_plan_in_force_counts(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    free = ruled(None)
    with pytest.raises(NotApproved):
        release(bank, free)
    forged(bank, free)
    (found,) = changes_step(bank)
    assert found == "its approvals are by nobody, and the rule asks for 1 lead"
    bank.close()


def test_dropping_it_is_a_weakening_so_that_it_is_asked_for() -> None:
    rule = ReleaseRule((NeededApproval("lead", 1, "weaker"),))
    bank = Bank(ruled(rule))
    for less in (None, ReleaseRule()):
        with pytest.raises(NotApproved):
            release(bank, ruled(less))
    release(bank, renamed(ruled(rule)))  # nothing weaker: nobody is asked


def test_a_rule_binds_only_from_its_release_on() -> None:
    bank = Bank(ruled(None))
    assert release(bank, ruled())["approvals"] == []
    with pytest.raises(NotApproved):
        release(bank, wider())
