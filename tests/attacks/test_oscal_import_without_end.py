"""Documents that point at one another without end: long chains, diamonds, links, patterns.

Each profile is worked out once, each link looked up once, and what no profile does is refused: the
command ends, whatever they say.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.worlds.foreign import catalog, importing, profile
from watchkeeper.cli.plan.exchange.folders import documents_in
from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.taking.chosen import MOST_PATTERNS
from watchkeeper.plan.exchange.oscal.taking.drafting import draft_oscal


def test_a_chain_of_profiles_is_not_followed_to_its_end() -> None:
    documents = {f"{n}.json": profile(importing(f"{n + 1}.json", ["ac-1"])) for n in range(400)}
    documents["400.json"] = catalog("ac-1")
    found = check_documents(documents).found
    assert not any(one.broken for one in found)
    assert {one.message for one in found} == {"the catalogue of control `ac-1` is not here"}


def test_a_diamond_of_profiles_is_worked_out_once() -> None:
    documents = {
        f"{n}.json": profile(*[importing(f"{n + 1}.json", ["ac-1", "ac-9"])] * 2) for n in range(25)
    }
    documents["25.json"] = catalog("ac-1")
    found = check_documents(documents).found
    assert {one.message for one in found} == {"there is no control `ac-9`"}
    with pytest.raises(ImportRefused, match="do not hold together"):
        draft_oscal(documents, frozenset(), None, "ana")


def test_a_circle_is_named_for_each_that_is_in_it() -> None:
    documents = {f"{n}.json": profile(importing(f"{(n + 1) % 40}.json")) for n in range(40)}
    documents["lead.json"] = profile(importing("0.json"))
    found = check_documents(documents).found
    circles = {one.file for one in found if "circle" in one.message}
    assert circles == {f"{n}.json" for n in range(40)}


def test_each_link_is_looked_up_once() -> None:
    names = [f"c-{n}" for n in range(3_000)]
    links = [{"href": f"#{name}"} for name in names] * 3
    document = catalog(*names, **{"back-matter": {"resources": [{"rlinks": links}]}})
    found = check_documents({"c.json": document})
    assert found.found == ()
    assert found.followed == len(links)


def test_more_patterns_than_a_profile_has_are_refused() -> None:
    many = [{"matching": [{"pattern": f"{n}*"} for n in range(MOST_PATTERNS + 1)]}]
    asked = {"href": "c.json", "include-controls": many}
    documents = {"c.json": catalog("ac-1"), "p.json": profile(asked)}
    with pytest.raises(ImportRefused, match="patterns"):
        draft_oscal(documents, frozenset(), None, "ana")


def test_more_controls_than_are_read_are_refused_over_all_documents() -> None:
    documents = {f"{n}.json": catalog(*(f"c{n}-{i}" for i in range(2_600))) for n in range(2)}
    with pytest.raises(ImportRefused, match="more than 5000 controls"):
        draft_oscal(documents, frozenset(), None, "ana")


def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{}")
    assert list(documents_in(tmp_path)) == ["b.json"]
