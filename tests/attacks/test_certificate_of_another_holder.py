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


@pytest.mark.parametrize(
    ("one", "other"),
    [("\u0915\u093f", "\u0915\u0941"), ("\u0e01\u0e34", "\u0e01\u0e35"), ("***", "\u2014")],
)
def test_names_that_differ_in_what_is_no_letter_alone_are_two(one: str, other: str) -> None:
    world = bought({}, claims={"holder": {"legal_name": one}})
    world.change("supplier", "modelhouse", name=other)
    found = conclude(world.register(), "modelhouse-42001", TODAY)
    assert found.holder_matches.answer is Answer.UNKNOWN


def test_a_suppliers_certificate_is_not_taken_for_ours_because_it_does_not_say_whose() -> None:
    world = bought({}, claims={"supplier": None})
    found = conclude(world.register(), "modelhouse-42001", TODAY)
    assert (found.holder_matches.answer, found.holder_matches.why) == (
        Answer.YES,
        "it names Model House",
    )
    theirs = bought({}, claims={"supplier": None, "holder": {"legal_name": "Us"}})
    organisation = theirs.records["aims", ""]["organisation"]
    theirs = bought({}, claims={"supplier": None, "holder": {"legal_name": organisation}})
    assert conclude(theirs.register(), "modelhouse-42001", TODAY).holder_matches.answer is (
        Answer.UNKNOWN
    )


def test_ours_covers_no_system_that_our_own_scope_leaves_out() -> None:
    world = bought(
        {"method": "scope_judgement", "system": "desk"},
        claims={"supplier": None, "id": "modelhouse-42001"},
    )
    world.change("supplier", "modelhouse", certificates=[])
    world.change("system", "desk", in_scope=False, reason="It is not used.")
    found = conclude(world.register(), "modelhouse-42001", TODAY, "desk")
    assert found.in_scope is not None
    assert (found.in_scope.answer, found.in_scope.why) == (
        Answer.UNKNOWN,
        "our own scope leaves it out",
    )
