"""Who approved ahead is not asked about the like of it: one that asks would be a plant."""

from __future__ import annotations

import pytest

from tests.worlds.bank import Bank, allowed, escalated
from tests.worlds.drills import SOON, a_case, committed, drilled, the_plant
from tests.worlds.standing import approve_ahead, approved, more, standing_body, standing_plan, used
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.drills.planting import plant_due


@pytest.fixture
def bank() -> Bank:
    return Bank(drilled(standing_plan()))


def test_one_like_it_is_not_planted(bank: Bank) -> None:
    ref = approved(bank)
    committed(bank)
    bank.tell("ben", "standing", **standing_body(bank, ref))
    allowed(bank.ask(more(300)))
    waiting = len(bank.home.state.pending.waiting())
    bank.clock.advance(SOON)
    assert plant_due(bank.kernel) == []
    assert the_plant(bank).decision is None
    assert len(bank.home.state.pending.waiting()) == waiting


def test_nor_can_it_be_committed_to_and_nothing_of_it_is_used_up(bank: Bank) -> None:
    ahead = approve_ahead(bank)
    before = used(bank, ahead)
    with pytest.raises(CommandInvalid, match="would not be escalated"):
        committed(bank)
    assert used(bank, ahead) == before


def test_what_still_asks_people_is_planted_as_a_real_one_would_be(bank: Bank) -> None:
    """Beyond the caps of what was approved ahead people are asked, and the plant is too."""
    approve_ahead(bank)
    escalated(bank.ask(more(450)))
    committed(bank, a_case(450))
    bank.clock.advance(SOON)
    assert len(plant_due(bank.kernel)) == 1
