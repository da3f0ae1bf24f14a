"""Documents that hold together are called broken, so that nobody believes the check, or imports.

A response of a risk is looked for where OSCAL has it. What is of a catalogue that is not here is
not checked, whatever other catalogue is here. A baseline names its catalogue as a resource, and
that by several links.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.foreign import METADATA, catalog, importing, profile
from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.taking.drafting import draft_oscal

_RISK, _RESPONSE, _ENTRY, _OTHER = (f"{n}1111111-1111-4111-8111-111111111111" for n in "abcd")
ELSEWHERE = "https://example.org/catalog.json"


def _items(response: str) -> dict[str, Any]:
    entry = {
        "uuid": _ENTRY,
        "start": "2026-11-24T00:00:00Z",
        "related-responses": [{"response-uuid": response}],
    }
    risk = {
        "uuid": _RISK,
        "remediations": [{"uuid": _RESPONSE, "lifecycle": "planned"}],
        "risk-log": {"entries": [entry]},
    }
    body = {"uuid": _OTHER, "metadata": METADATA, "risks": [risk]}
    return {"plan-of-action-and-milestones": body}


def test_a_response_is_one_of_the_remediations() -> None:
    assert check_documents({"a.json": _items(_RESPONSE)}).found == ()
    (found,) = check_documents({"a.json": _items(_RISK)}).found
    assert found.broken
    assert "is no response" in found.message


def _component(source: str) -> dict[str, Any]:
    asked = {
        "control-id": "zz-1",
        "set-parameters": [{"param-id": "zz-1_prm_1", "values": ["x"]}],
        "statements": [{"statement-id": "zz-1_smt.a"}],
    }
    implemented = {"source": source, "implemented-requirements": [asked]}
    component = {"uuid": _ENTRY, "control-implementations": [implemented]}
    return {"component-definition": {"uuid": _OTHER, "components": [component]}}


def _choosing(source: str) -> dict[str, Any]:
    return profile(
        importing(source),
        modify={"set-parameters": [{"param-id": "zz-1_prm_1", "values": ["x"]}]},
    )


def _implemented(source: str) -> dict[str, Any]:
    asked = {"control-id": "zz-1", "statements": [{"statement-id": "zz-1_smt.a"}]}
    body = {
        "uuid": _OTHER,
        "import-profile": {"href": source},
        "control-implementation": {"implemented-requirements": [asked]},
    }
    return {"system-security-plan": body}


@pytest.mark.parametrize("made", [_component, _choosing, _implemented])
def test_what_is_of_a_catalogue_elsewhere_is_not_checked(made: Any) -> None:
    documents = {"a.json": made(ELSEWHERE), "other.json": catalog("ac-1")}
    found = check_documents(documents).found
    assert {one.broken for one in found} == {False}, found
    assert any("zz-1_" in one.message for one in found)


@pytest.mark.parametrize("made", [_component, _choosing, _implemented])
def test_what_its_catalogue_here_has_not_is_broken(made: Any) -> None:
    documents = {"a.json": made("other.json"), "other.json": catalog("ac-1")}
    found = check_documents(documents).found
    assert {one.broken for one in found if "zz-1_" in one.message} == {True}


def _baseline(*links: str) -> dict[str, Any]:
    resource = {"uuid": _OTHER.upper(), "rlinks": [{"href": href} for href in links]}
    return profile(importing(f"#{_OTHER}", ["ac-1"]), **{"back-matter": {"resources": [resource]}})


@pytest.mark.parametrize(
    "links",
    [
        ("../catalog.json",),
        (ELSEWHERE, "../catalog.xml", "../catalog.json"),
        ("https://[", "../catalog.json", ELSEWHERE),
    ],
)
def test_a_catalogue_named_as_a_resource_is_found(links: tuple[str, ...]) -> None:
    documents = {"p/p.json": _baseline(*links), "catalog.json": catalog("ac-1", "ac-2")}
    found = draft_oscal(documents, frozenset(), None, "ana")
    assert {"row ac-1: in", "row ac-2: undetermined"} <= set(found.taken)
    assert not any(one.broken for one in check_documents(documents).found)


@pytest.mark.parametrize("links", [(), (ELSEWHERE,), ("catalog.json",), ("../../catalog.json",)])
def test_a_resource_that_lies_elsewhere_is_not_fetched(links: tuple[str, ...]) -> None:
    documents = {"p/p.json": _baseline(*links), "catalog.json": catalog("ac-1", "ac-2")}
    with pytest.raises(ImportRefused, match="nothing is fetched"):
        draft_oscal(documents, frozenset(), None, "ana")
    assert any("is not here" in one.message for one in check_documents(documents).found)


def test_a_document_of_two_models_is_none() -> None:
    both = profile(importing("c.json")) | catalog("ac-9")
    documents = {"both.json": both, "c.json": catalog("ac-1")}
    with pytest.raises(ImportRefused, match="none of the models"):
        draft_oscal(documents, frozenset(), None, "ana")
