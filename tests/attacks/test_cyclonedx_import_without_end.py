"""A bill of materials in which everything depends on everything, or of ever more things.

It is held against the schema part by part, whatever list is long, and what has no end is refused;
one that is merely long is read.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.cyclonedx import taking, validity
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


@pytest.mark.parametrize(
    "inner",
    [
        [1, *(f"l{n}" for n in range(1_600))],
        [{f"k{n}": 0 for n in range(200)} | {"last": one} for one in range(800)],
    ],
    ids=["no two of a kind", "alike but for the last"],
)
def test_a_list_that_can_not_be_sorted_is_refused_before_it_is_compared(inner: list[Any]) -> None:
    with pytest.raises(ImportRefused, match="too long to be held against the schema"):
        _drafted(dependencies=[{"ref": "a", "dependsOn": inner}])


MANY: dict[str, Any] = {
    "services": [{"name": f"s{n}"} for n in range(120)],
    "dependencies": [{"ref": f"d{n}"} for n in range(120)],
    "compositions": [{"aggregate": "complete", "bom-ref": f"c{n}"} for n in range(120)],
    "vulnerabilities": [{"id": f"v{n}"} for n in range(120)],
    "annotations": [
        {
            "subjects": [f"a{n}"],
            "annotator": {"individual": {"name": "x"}},
            "timestamp": "2026-11-24T00:00:00Z",
            "text": "x",
        }
        for n in range(120)
    ],
    "formulation": [{"bom-ref": f"f{n}"} for n in range(120)],
    "externalReferences": [{"type": "other", "url": f"x{n}"} for n in range(120)],
    "properties": [{"name": f"p{n}"} for n in range(120)],
}


@pytest.mark.parametrize("key", MANY)
def test_every_long_list_is_shown_part_by_part(key: str) -> None:
    document = HEAD | {key: MANY[key]}
    assert why_invalid(document) == ""
    longest = max(len(part.get(key, ())) for _, _, part in validity._parts(document))
    assert longest == 50
    wrong = [*MANY[key]]
    wrong[110] = wrong[110] | {"nothing": "x"}
    assert f"{key}/110" in why_invalid(HEAD | {key: wrong})


@pytest.mark.parametrize("key", MANY)
def test_twice_is_not_valid_where_the_schema_says_so(key: str) -> None:
    twice = [*MANY[key], MANY[key][0]]
    said = why_invalid(HEAD | {key: twice})
    assert said == ("" if key in {"externalReferences", "properties"} else _twice(key))


def _twice(key: str) -> str:
    return f"the same thing twice in {key}"


@pytest.mark.parametrize("key", ["vulnerabilities", "nothing"])
def test_more_than_can_be_compared_is_refused(key: str) -> None:
    many = [{"id": f"v{n}"} for n in range(40_100 if key == "vulnerabilities" else 1_600)]
    with pytest.raises(ImportRefused, match="too long to be held against the schema"):
        _drafted(**{key: many})


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
