"""Attack: a certificate that another organisation holds, shown as ours or as the supplier's."""

from __future__ import annotations

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from tests.worlds.certificates import bought
from watchkeeper.plan.certificates.conclude import conclude
from watchkeeper.plan.certificates.looked import Answer


def test_ours_that_another_holds_does_not_stand() -> None:
    world = ManagedWorkspace()
    ours = world.records["aims", ""]["organisation"]
    mine = world.change("certificate", "ours", holder={"legal_name": ours.upper()})
    assert conclude(mine.register(), "ours", TODAY).holder_matches.answer is Answer.YES
    theirs = world.change("certificate", "ours", holder={"legal_name": f"{ours} Holding"})
    found = conclude(theirs.register(), "ours", TODAY)
    assert found.holder_matches.answer is Answer.NO
    assert not found.stands


@pytest.mark.parametrize("name", ["Model House Holding", "Model Hous\u0435", "Model"])
def test_a_suppliers_that_another_holds_is_for_a_person_to_judge(name: str) -> None:
    world = bought({}, claims={"holder": {"legal_name": name}})
    found = conclude(world.register(), "modelhouse-42001", TODAY)
    assert found.holder_matches.answer is Answer.UNKNOWN
    assert any("held by another than Model House" in sentence for sentence in found.cannot)


def test_a_check_of_the_register_does_not_make_the_holder_right() -> None:
    world = bought({}, claims={"holder": {"legal_name": "Another"}})
    found = conclude(world.register(), "modelhouse-42001", TODAY)
    assert found.confirmed.answer is Answer.YES
    assert found.holder_matches.answer is Answer.UNKNOWN
