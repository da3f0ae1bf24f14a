"""Evidence that lint refuses is counted all the same, since a view looks at its class alone.

A control named as a document, a person's word said to be captured, an address without a digest:
they fill no class, wherever evidence is counted, and each is shown with why.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.attacks.test_evidence_stands_for_another import BAD
from tests.worlds.aims import TODAY, ManagedWorkspace
from tests.worlds.exchanged import DAY, said_in
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.oscal.names import PROFILE
from watchkeeper.plan.exchange.said import Said
from watchkeeper.plan.register.evidence import fault_of
from watchkeeper.plan.views.applicability.view import applicability_view
from watchkeeper.plan.views.clauses.annex import annex_view
from watchkeeper.plan.views.control import control_view
from watchkeeper.plan.views.frameworks.support import IN_WORDS, Seen
from watchkeeper.plan.workspace.models.head import EvidenceEntry
from watchkeeper.standards.catalogue import annex_a
from watchkeeper.standards.items import Item

UNAPPROVED = {"class": "document", "origin": "attested", "document": "not-there"}


def _wanting(kind: str) -> str:
    """Return a control of Annex A that no control of ours stands for, and that needs a class."""
    return next(one.id for one in annex_a().values() if kind in one.evidence and one.id != "A.9.4")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Said:
    return said_in(ManagedWorkspace().write(tmp_path_factory.mktemp("plain")))


@pytest.fixture(params=[*BAD, UNAPPROVED], ids=lambda item: "-".join(map(str, item.values())))
def item(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


@pytest.fixture
def world(item: dict[str, Any]) -> ManagedWorkspace:
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = [item] if row["control"] == _wanting(item["class"]) else ""
    return world


def test_it_fills_no_class_of_annex_a(world: ManagedWorkspace, item: dict[str, Any]) -> None:
    name = _wanting(item["class"])
    (row,) = [one for one in annex_view(world.register(), None) if one.control == name]
    assert row.items == ()
    assert item["class"] in row.missing
    assert row.words


def test_it_supports_no_item_of_a_framework(world: ManagedWorkspace, item: dict[str, Any]) -> None:
    name = _wanting(item["class"])
    support = Seen(world.register(), None, "desk", TODAY).support(
        Item(name, "iso42001", "control", "A title", "What it asks.")
    )
    assert {one.kind for one in support.evidence} == {IN_WORDS}
    assert any(f"{name}: no evidence of class {item['class']}" in one for one in support.missing)


def test_the_statement_and_the_page_show_it_as_words(
    world: ManagedWorkspace, item: dict[str, Any], plain: Said
) -> None:
    register, name = world.register(), _wanting(item["class"])
    stated = applicability_view(register, None, TODAY)
    assert stated is not None
    (row,) = [one for one in stated.rows if one.control == name]
    assert not row.evidence[0].startswith(f"{item['class']}, {item['origin']}")
    view = control_view(name, register, plain.bundle, TODAY)
    assert view is not None
    assert view.applies is not None
    (shown,) = view.applies.evidence
    assert (shown.kind, shown.origin) == (IN_WORDS, "attested")
    assert shown.note


def test_it_goes_out_without_class_and_origin(
    item: dict[str, Any], plain: Said, world: ManagedWorkspace
) -> None:
    raw = oscal_documents(Said(world.register(), plain.bundle, plain.plan), DAY)[PROFILE]
    alters = json.loads(raw)["profile"]["modify"]["alters"]
    said = [
        one
        for alter in alters
        for one in alter["adds"][0]["props"]
        if one.get("group") == "evidence-1"
    ]
    assert {one["name"] for one in said} == {"evidence"}
    assert fault_of(EvidenceEntry.model_validate(item)) or item is UNAPPROVED


def test_what_the_plan_configures_has_one_origin(plain: Said) -> None:
    named = {"class": "configuration", "origin": "captured", "control": "limits"}
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = [named] if row["control"] == "A.9.4" else ""
    register = world.register()
    (row,) = [one for one in annex_view(register, plain.bundle) if one.control == "A.9.4"]
    support = Seen(register, plain.bundle, "desk", TODAY).support(
        Item("A.9.4", "iso42001", "control", "A title", "What it asks.")
    )
    counted = [
        *(one.origin for one in row.items if one.kind == "configuration"),
        *(one.origin for one in support.evidence if one.kind == "configuration"),
    ]
    assert counted
    assert set(counted) == {"attested"}
