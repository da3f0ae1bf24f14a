"""An OSCAL document that points at what is not there: schemas and trestle accept it, we do not."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.worlds.exchanged import DAY, REFUND_DESK, said_in
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.oscal.names import CATALOGS, COMPONENTS, ISO, PROFILE

_OBSERVED, _PARTY, _FOUND, _ITEM, _ROOT, _NOWHERE = (
    f"{n}1111111-1111-4111-8111-111111111111" for n in "abcdef"
)
ITEMS = "plan-of-action-and-milestones/x/plan-of-action-and-milestones.json"


def _items() -> dict[str, Any]:
    return {
        "uuid": _ROOT,
        "metadata": {
            "title": "x",
            "last-modified": "2026-11-23T00:00:00Z",
            "version": "1",
            "oscal-version": "1.2.1",
            "roles": [{"id": "owner", "title": "Owner"}],
            "parties": [{"uuid": _PARTY, "type": "person"}],
            "responsible-parties": [{"role-id": "owner", "party-uuids": [_PARTY]}],
        },
        "observations": [
            {
                "uuid": _OBSERVED,
                "description": "x",
                "methods": ["EXAMINE"],
                "collected": "2026-11-23T00:00:00Z",
            }
        ],
        "findings": [
            {
                "uuid": _FOUND,
                "title": "x",
                "description": "x",
                "target": {
                    "type": "objective-id",
                    "target-id": "a.9.4",
                    "status": {"state": "not-satisfied"},
                },
                "related-observations": [{"observation-uuid": _OBSERVED}],
            }
        ],
        "poam-items": [
            {
                "uuid": _ITEM,
                "title": "x",
                "description": "x",
                "related-findings": [{"finding-uuid": _FOUND}],
                "related-observations": [{"observation-uuid": _OBSERVED}],
            }
        ],
    }


def _documents() -> dict[str, Any]:
    made = oscal_documents(said_in(REFUND_DESK), DAY)
    documents = {path: json.loads(raw) for path, raw in made.items()}
    return {**documents, ITEMS: {"plan-of-action-and-milestones": _items()}}


SOUND = _documents()


def _changed(path: str, *change: Any) -> dict[str, Any]:
    """Return the documents with the value at a place replaced."""
    documents = deepcopy(SOUND)
    *place, value = change
    holder = next(iter(documents[path].values()))
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = value
    return documents


def test_what_holds_holds() -> None:
    checked = check_documents(SOUND)
    assert checked.found == ()
    assert checked.followed > 150


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (ITEMS, ("findings", 0, "related-observations", 0, "observation-uuid", _NOWHERE)),
        (ITEMS, ("poam-items", 0, "related-observations", 0, "observation-uuid", _FOUND[:-1])),
        (ITEMS, ("poam-items", 0, "related-findings", 0, "finding-uuid", _NOWHERE)),
        (ITEMS, ("poam-items", 0, "related-risks", [{"risk-uuid": _OBSERVED}])),
        (ITEMS, ("poam-items", 0, "origins", [{"actors": [{"actor-uuid": _NOWHERE}]}])),
        (ITEMS, ("findings", 0, "target", "target-id", "a.99.1")),
        (ITEMS, ("metadata", "responsible-parties", 0, "party-uuids", [_NOWHERE])),
        (ITEMS, ("metadata", "responsible-parties", 0, "role-id", "nobody")),
        (PROFILE, ("imports", 0, "include-controls", 0, "with-ids", ["a.2.2", "a.2.9"])),
        (PROFILE, ("imports", 0, "href", "../../catalogs/iso42001/other.json")),
        (PROFILE, ("modify", "alters", 0, "control-id", "a.3.3")),
        (PROFILE, ("imports", 0, "href", "profile.json")),
        (COMPONENTS, ("components", 0, "control-implementations", 0, "source", "catalog.json")),
        (
            COMPONENTS,
            (
                *("components", 0, "control-implementations", 0),
                *("implemented-requirements", 0, "control-id", "refund-authority"),
            ),
        ),
        (CATALOGS[ISO], ("back-matter", {"resources": [{"uuid": _FOUND}]})),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) and isinstance(value[-1], str) else "",
)
def test_what_leads_nowhere_is_named(path: str, change: tuple[Any, ...]) -> None:
    found = check_documents(_changed(path, *change)).found
    assert any(one.broken for one in found), found


def test_it_says_where() -> None:
    change = ("findings", 0, "related-observations", 0, "observation-uuid", _NOWHERE)
    (found,) = check_documents(_changed(ITEMS, *change)).found
    assert found.file == ITEMS
    assert found.where == "findings/0/related-observations/0/observation-uuid"
    assert _NOWHERE in found.message


def test_what_an_import_elsewhere_may_hold_is_not_checked_and_not_good() -> None:
    documents = _changed(ITEMS, "import-ssp", {"href": "https://example.org/ssp.json"})
    items = documents[ITEMS]["plan-of-action-and-milestones"]
    items["observations"][0]["subjects"] = [{"subject-uuid": _NOWHERE, "type": "component"}]
    found = check_documents(documents).found
    assert {one.broken for one in found} == {False}
    assert len(found) == 2
