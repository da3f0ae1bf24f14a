"""Documents that point at one another without end: long chains, diamonds, links, patterns.

Each profile and each catalogue is read once, each link looked up once, and what no profile does is
refused: the command ends, whatever they say.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.foreign import catalog, importing, profile
from watchkeeper.cli.plan.exchange.folders import documents_in
from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.taking import profiles
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


class _Counted(dict[str, Any]):
    """An object of a document that counts how often each of its keys is asked for."""

    def __init__(self, value: dict[str, Any]) -> None:
        super().__init__(value)
        self.asked: Counter[str] = Counter()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked[key] += 1
        return super().get(key, default)

    def items(self) -> Any:
        self.asked["all of it"] += 1
        return super().items()


def _asked(imports: int) -> list[Counter[str]]:
    names = [f"ac-{n}" for n in range(3)]
    theirs, chosen = catalog(*names), profile(*[importing("c.json", names)] * imports)
    bodies = [_Counted(theirs["catalog"]), _Counted(chosen["profile"])]
    documents = {"c.json": {"catalog": bodies[0]}, "p.json": {"profile": bodies[1]}}
    assert len(draft_oscal(documents, frozenset(), None, "ana").taken) == 6
    return [one.asked for one in bodies]


def test_a_catalogue_and_a_profile_are_read_once_however_often_they_are_imported() -> None:
    assert _asked(1) == _asked(40)


def test_a_profile_that_imports_the_same_over_and_over_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(profiles, "MOST_DECIDED", 30)
    documents = {"c.json": catalog("ac-1", "ac-2"), "p.json": profile(*[importing("c.json")] * 15)}
    assert "row ac-1: in" in draft_oscal(documents, frozenset(), None, "ana").taken
    documents["p.json"] = profile(*[importing("c.json")] * 16)
    with pytest.raises(ImportRefused, match="over and over"):
        draft_oscal(documents, frozenset(), None, "ana")


@pytest.mark.parametrize("imports", [1, 2])
@pytest.mark.parametrize("key", ["include-controls", "exclude-controls"])
def test_more_patterns_than_a_profile_has_are_refused_before_one_is_made(
    key: str, imports: int
) -> None:
    patterns = [_Counted({"pattern": f"{n}*"}) for n in range(MOST_PATTERNS + 1)]
    parts = [patterns[n::imports] for n in range(imports)]
    asked = [{"href": "c.json", "include-all": {}, key: [{"matching": part}]} for part in parts]
    documents = {"c.json": catalog("ac-1"), "p.json": profile(*asked)}
    with pytest.raises(ImportRefused, match="patterns"):
        draft_oscal(documents, frozenset(), None, "ana")
    assert {one.asked["pattern"] for one in patterns} == {0}


def test_more_controls_than_are_read_are_refused_over_all_documents() -> None:
    documents = {f"{n}.json": catalog(*(f"c{n}-{i}" for i in range(2_600))) for n in range(2)}
    with pytest.raises(ImportRefused, match="more than 5000 controls"):
        draft_oscal(documents, frozenset(), None, "ana")


def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{}")
    assert list(documents_in(tmp_path)) == ["b.json"]
