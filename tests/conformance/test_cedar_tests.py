"""The Cedar project's hand-written tests, decided by our sliced engine."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import cedarpy
import pytest

from tests.worlds.vectors import ROOT
from watchkeeper.do.decision.engine import Policies
from watchkeeper.plan.policies.scope import actions_of
from watchkeeper.records.plan.policies import Policy, PolicyKind

_BASE = Path(os.environ.get("CONFORMANCE_DATA", ROOT.parent / "shared")) / "cedar-tests"
_TESTS = sorted(_BASE.glob("tests/*/*.json"))
_ACTION = re.compile(
    r"^\s*action\s+([^{;]+?)\s*(?:\bin\s*(\[[^\]]*\]|[^\s{;]+)\s*)?(?:appliesTo|;)", re.MULTILINE
)
_NAME = re.compile(r'"([^"]+)"|(\w+)')


def _names(text: str) -> list[str]:
    return [quoted or bare for quoted, bare in _NAME.findall(text)]


def _groups(schema: str) -> dict[str, frozenset[str]]:
    """Return each action with the groups that the schema puts it into, through every level."""
    above: dict[str, set[str]] = {}
    for names, groups in _ACTION.findall(schema):
        for name in _names(names):
            above[name] = {group for group in _names(groups) if group != "Action"}
    found = {}
    for name, direct in above.items():
        reached, todo = set(direct), list(direct)
        while todo:
            more = above.get(todo.pop(), set()) - reached
            reached |= more
            todo += more
        found[name] = frozenset(reached)
    return found


def _policies(test: dict[str, Any]) -> Policies:
    """Slice as the runtime does, over the test's own schema and entities."""
    schema_text = (_BASE / test["schema"]).read_text("utf-8")
    groups = _groups(schema_text)
    parsed = json.loads(
        cedarpy.policies_to_json_str((_BASE / test["policies"]).read_text("utf-8"))
    )["staticPolicies"]
    kinds = {"permit": PolicyKind.PERMIT, "forbid": PolicyKind.FORBID}
    made = Policies.__new__(Policies)
    schema = cedarpy.Schema.from_str(schema_text) if test["shouldValidate"] else None
    entities = (_BASE / test["entities"]).read_text("utf-8")
    made._schema = schema  # type: ignore[assignment]
    made._entities = cedarpy.Entities.from_json_str(entities, schema)
    made._policies = tuple(
        Policy(name, "s", kinds[body["effect"]], "c", body, "", actions=actions_of(body, groups))
        for name, body in parsed.items()
    )
    made._slices, made._system = {}, "s"
    return made


def test_the_tests_are_there() -> None:
    if not _TESTS:
        pytest.skip(f"no Cedar tests at {_BASE}: set CONFORMANCE_DATA")
    requests = [r for path in _TESTS for r in json.loads(path.read_text("utf-8"))["requests"]]
    assert (len(_TESTS), len(requests)) == (22, 74)


@pytest.mark.parametrize("path", _TESTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_slice_decides_as_the_cedar_project_says(path: Path) -> None:
    test = json.loads(path.read_text("utf-8"))
    policies = _policies(test)
    for asked in test["requests"]:
        request = {name: asked[name] for name in ("principal", "action", "resource", "context")}
        found = policies._findings(policies.slice(asked["action"]["id"]), request)
        if found.failed is not None:
            assert asked["decision"] == "deny", asked["description"]
            continue
        allowed = bool(found.permits) and not found.forbids
        assert ("allow" if allowed else "deny") == asked["decision"], asked["description"]
        reasons = found.permits if allowed else found.forbids
        assert sorted(reasons) == sorted(asked["reason"]), asked["description"]
        assert sorted(found.errors) == sorted(asked["errors"]), asked["description"]
