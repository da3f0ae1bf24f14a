"""Two things under one identifier, or two documents that claim to be the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.worlds.exchanged import DAY, REFUND_DESK, said_in
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.oscal.names import CATALOGS, COMPONENTS, ISO, OWN


def _documents() -> dict[str, Any]:
    made = oscal_documents(said_in(REFUND_DESK), DAY)
    return {path: json.loads(raw) for path, raw in made.items()}


@pytest.mark.parametrize("upper", [False, True])
def test_within_a_document(upper: bool) -> None:
    documents = _documents()
    components = documents[COMPONENTS]["component-definition"]["components"]
    uuid = components[0]["uuid"]
    components[1]["uuid"] = uuid.upper() if upper else uuid
    (found,) = check_documents(documents).found
    assert "2 times" in found.message


def test_a_control_twice() -> None:
    documents = _documents()
    group = documents[CATALOGS[ISO]]["catalog"]["groups"][0]
    group["controls"].append(group["controls"][0])
    assert any("control id" in one.message for one in check_documents(documents).found)


def test_two_documents_are_the_same() -> None:
    documents = _documents()
    one, other = (documents[CATALOGS[name]]["catalog"] for name in (ISO, OWN))
    other["uuid"] = one["uuid"]
    (found,) = check_documents(documents).found
    assert "already in" in found.message


def test_one_person_in_two_documents_is_no_fault() -> None:
    documents = _documents()
    people = documents[COMPONENTS]["component-definition"]["metadata"]["parties"]
    documents[CATALOGS[ISO]]["catalog"]["metadata"]["parties"] = people
    assert check_documents(documents).found == ()
