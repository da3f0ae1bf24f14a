"""Attack: a supplier's certificate, or one on another standard, completes our own audit.

Whose a certificate is has one answer: whom it names, and who lists it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from tests.worlds.certificates import bought
from watchkeeper.plan.certificates.conclude import conclude
from watchkeeper.plan.certificates.looked import Answer
from watchkeeper.plan.certificates.questions import questions_for
from watchkeeper.plan.views.ready.view import ready_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.plan.management.state import Topic

AUDITS = [{"kind": "stage1", "date": "2026-11-01"}, {"kind": "stage2", "date": "2026-11-20"}]


def _stages(world: ManagedWorkspace) -> dict[str, str]:
    steps = ready_view(world.register(), None, TODAY, "2027-06-01").steps
    return {one.id: one.why for one in steps if one.id in {"stage-1", "stage-2"}}


@pytest.mark.parametrize(
    ("supplier", "certificate"),
    [
        ({"certificates": ["ours"]}, {}),
        ({"certificates": ["ours"]}, {"supplier": "modelhouse"}),
        ({}, {"supplier": "modelhouse"}),
        ({}, {"supplier": "nobody"}),
        ({}, {"standard": "ISO/IEC 27001"}),
    ],
)
def test_the_audits_of_another_certificate_are_not_ours(
    supplier: dict[str, Any], certificate: dict[str, Any]
) -> None:
    world = ManagedWorkspace().change("certificate", "ours", audits=AUDITS, **certificate)
    world.change("supplier", "modelhouse", **supplier)
    assert set(_stages(world).values()) == {"no certificate of ours names it"}


@pytest.mark.parametrize("standard", ["ISO/IEC 42001", "ISO/IEC 42001:2023", "BS ISO/IEC 42001"])
def test_those_of_our_own_count(standard: str) -> None:
    world = ManagedWorkspace().change("certificate", "ours", audits=AUDITS, standard=standard)
    assert "no certificate of ours names it" not in _stages(world).values()


def test_a_suppliers_that_it_lists_is_watched_for_its_systems_alone(tmp_path: Path) -> None:
    world = ManagedWorkspace().change("supplier", "modelhouse", certificates=["ours"])
    linted = lint_workspace(world.write(tmp_path), TODAY)
    assert linted.bundle is not None
    assert linted.bundle.management is not None
    (watched,) = [one for one in linted.bundle.management.watched if one.topic is Topic.CERTIFICATE]
    assert watched.systems == ("desk",)


def test_a_supplier_is_asked_about_what_it_lists() -> None:
    world = ManagedWorkspace().change("supplier", "modelhouse", certificates=["ours"])
    asked = {one.question.id: one.known for one in questions_for(world.register(), "modelhouse")}
    assert asked["holder"] == "Example"


def test_one_of_a_supplier_that_is_not_there_is_not_ours() -> None:
    judged = {"method": "scope_judgement", "system": "desk"}
    world = bought(judged, claims={"supplier": "nobody"})
    world.change("supplier", "modelhouse", certificates=[])
    found = conclude(world.register(), "modelhouse-42001", TODAY, "desk")
    assert found.in_scope is not None
    assert (found.in_scope.answer, found.in_scope.why) == (
        Answer.UNKNOWN,
        "there is no supplier nobody",
    )
