"""A bill of materials in which everything depends on everything, or of ever more things.

It is held against the schema part by part, and what has no end is refused; one that is merely long
is read.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.cyclonedx import taking
from watchkeeper.plan.exchange.cyclonedx.taking import Drafted, Known, draft_systems
from watchkeeper.plan.exchange.cyclonedx.validity import why_invalid

HEAD = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
NOTHING = Known(frozenset(), frozenset(), frozenset())


def _drafted(**body: Any) -> Drafted:
    return draft_systems(json.dumps(HEAD | body).encode(), NOTHING, "ana")


def _thing(name: str, kind: str = "application", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "bom-ref": name, **more}


def test_a_thousand_libraries_are_read_and_none_is_a_system() -> None:
    found = _drafted(components=[_thing("Desk"), *(_thing(f"l{n}", "library") for n in range(999))])
    assert set(found.files) == {"systems/desk.yaml"}
    assert len(found.left_out) == 999


def test_what_is_wrong_beyond_the_first_part_is_found_at_its_place() -> None:
    components = [_thing(f"l{n}", "library") for n in range(250)]
    assert why_invalid(HEAD | {"components": components}) == ""
    components[170]["nothing"] = "x"
    assert "components/170" in why_invalid(HEAD | {"components": components})


@pytest.mark.parametrize("apart", [1, 150])
def test_a_thing_twice_is_not_valid_however_far_apart(apart: int) -> None:
    components = [_thing(f"l{n}", "library") for n in range(200)]
    components.insert(apart, dict(components[0]))
    assert "twice" in why_invalid(HEAD | {"components": components})


def test_lists_in_lists_without_end_are_refused() -> None:
    inner = [_thing(f"l{n}", "library") for n in range(1_600)]
    with pytest.raises(ImportRefused, match="too long to be held against the schema"):
        _drafted(components=[_thing("Desk", components=inner)])


def test_all_that_depends_on_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "_MOST_STEPS", 2_000)
    names = [f"s{n}" for n in range(30)]
    needs = [{"ref": name, "dependsOn": names} for name in names]
    with pytest.raises(ImportRefused, match="depends on what has no end"):
        _drafted(components=[_thing(name) for name in names], dependencies=needs)


def test_a_circle_ends() -> None:
    needs = [{"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a", "m"]}]
    model = _thing("m", "machine-learning-model")
    found = _drafted(components=[_thing("a"), _thing("b"), model], dependencies=needs)
    assert "model: m" in found.files["systems/a.yaml"]
