"""Two documents decide one control, each otherwise, and the order of their names would decide.

Several imports of one profile add up. Two profiles that contradict one another decide nothing: the
control is named, and its row stays as it is.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.foreign import catalog, importing, profile
from watchkeeper.plan.exchange.oscal.taking.drafting import Drafted, draft_oscal

CATALOG = catalog("ac-1", "ac-2", "ac-3")


def _drafted(**profiles: Any) -> Drafted:
    documents = {"c.json": CATALOG} | {f"{name}.json": one for name, one in profiles.items()}
    return draft_oscal(documents, frozenset(), None, "ana")


def _rows(found: Drafted) -> set[str]:
    return {line for line in found.taken if line.startswith("row")}


@pytest.mark.parametrize("order", [("ac-1", "ac-2"), ("ac-2", "ac-1")])
def test_the_imports_of_one_profile_add_up(order: tuple[str, str]) -> None:
    found = _drafted(p=profile(*(importing("c.json", [one]) for one in order)))
    assert _rows(found) == {"row ac-1: in", "row ac-2: in", "row ac-3: undetermined"}


def test_what_one_import_leaves_out_another_may_bring_in() -> None:
    out, in_ = importing("c.json", None, ["ac-1"]), importing("c.json", ["ac-1"])
    assert "row ac-1: in" in _rows(_drafted(p=profile(out, in_)))
    assert "row ac-1: in" in _rows(_drafted(p=profile(in_, out)))


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_profiles_that_contradict_decide_nothing(names: str) -> None:
    out = profile(importing("c.json", None, ["ac-1"]))
    in_ = profile(importing("c.json", ["ac-1"]))
    found = _drafted(**dict(zip(names, (out, in_), strict=True)))
    assert _rows(found) == {"row ac-2: in", "row ac-3: in"}
    assert "ac-1: one profile says in, another out" in found.left_out
    assert "ac-1" not in found.files["soa.yaml"]
