"""Addresses in OSCAL documents that lead out: to the net, to the disk, round in circles."""

from __future__ import annotations

from typing import Any

import pytest

from watchkeeper.plan.exchange.oscal.checking.references import check_documents

_METADATA = {"title": "x", "last-modified": "x", "version": "1", "oscal-version": "1.2.1"}


def _profile(number: int, *hrefs: str) -> dict[str, Any]:
    imports = [{"href": href, "include-controls": [{"with-ids": ["a"]}]} for href in hrefs]
    uuid = f"{number:08d}-1111-4111-8111-111111111111"
    return {"profile": {"uuid": uuid, "metadata": _METADATA, "imports": imports}}


@pytest.mark.parametrize(
    "href",
    [
        "https://example.org/catalog.json",
        "http://127.0.0.1:1/catalog.json",
        "file:///etc/passwd",
        "//example.org/catalog.json",
        "/etc/passwd",
        "../../../etc/passwd",
        "a/../../../../etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "http://[",
    ],
)
def test_nothing_is_fetched_and_nothing_taken_as_good(href: str) -> None:
    found = check_documents({"profiles/x/profile.json": _profile(1, href)}).found
    assert {one.broken for one in found} == {False}
    assert len(found) == 2


@pytest.mark.parametrize(
    "documents",
    [
        {"a.json": _profile(1, "a.json")},
        {"a.json": _profile(1, "b.json"), "b.json": _profile(2, "a.json")},
        {
            "a.json": _profile(1, "b.json", "c.json"),
            "b.json": _profile(2, "c.json"),
            "c.json": _profile(3, "b.json"),
        },
    ],
    ids=["itself", "two", "three"],
)
def test_a_circle_is_named(documents: dict[str, Any]) -> None:
    assert any("circle" in one.message for one in check_documents(documents).found)


@pytest.mark.parametrize(
    "odd",
    [
        {"imports": "x"},
        {"imports": ["x", None, 3]},
        {"imports": [{"href": 3}]},
        {"imports": [{"href": "#x"}], "back-matter": {"resources": [{"uuid": "x", "rlinks": 3}]}},
        {"imports": [{"href": "b.json", "include-controls": [{"with-ids": 3}]}]},
        {"imports": [{"href": "b.json", "include-controls": [None]}]},
        {"back-matter": []},
        {"components": [{"control-implementations": ["x", {"source": 3, "control-id": "x"}]}]},
        {"control-implementations": "x"},
        {"control-implementations": {"control-id": "x"}},
    ],
)
@pytest.mark.parametrize("kind", ["profile", "component-definition"])
def test_no_shape_breaks_the_check(kind: str, odd: dict[str, Any]) -> None:
    body = {"uuid": "00000000-0000-4000-8000-000000000000", "control-id": "a", **odd}
    checked = check_documents({"a.json": {kind: body}, "b.json": _profile(2)})
    assert checked.documents == 2


def test_a_key_that_can_not_be_shown_is_escaped() -> None:
    document = {"profile": {"uuid": "x", "a\x1b[2J\n": {"party-uuid": "nobody"}}}
    (found,) = check_documents({"a.json": document}).found
    assert str(found).isprintable()
