"""Somebody left the organisation, and still answers for records, holds roles, has keys.

A role or a key that stays could still sign: that stops a release. What they answer for is named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import Severity

KEY = "A" * 43 + "="
_ROLES = {"release": ["ana"], "operate": ["ana"], "lead": ["ana", "ben"]}


def _left(folder: Path, person: dict[str, Any], **aims: Any) -> Linted:
    world = ManagedWorkspace()
    world.records["aims", ""]["people"].append({"id": "cy", "name": "Cy", **person})
    world.change("aims", **aims)
    world.change("risk", "overpaid", owner="cy").change("control", "limits", owner="cy")
    world.records["soa", ""]["rows"][0]["owner"] = "cy"
    world.records["audits", ""]["planned"][1]["auditors"] = ["cy"]
    world.records["audit", "2026"]["approved_by"] = "cy"
    return lint_workspace(world.write(folder))


def test_what_they_answer_for_is_named_and_what_they_did_is_not(tmp_path: Path) -> None:
    linted = _left(tmp_path, {"left": "2026-10-31"})
    assert linted.bundle is not None
    assert {(f.file, f.code) for f in linted.findings} == {
        (name, "owner-left")
        for name in ("risks/overpaid.yaml", "controls/limits.yaml", "soa.yaml", "audits.yaml")
    }


@pytest.mark.parametrize(
    ("person", "aims", "code"),
    [
        ({"keys": [KEY]}, {}, "left-with-key"),
        ({"sign_in": [{"issuer": "https://id.example", "subject": "1"}]}, {}, "left-with-key"),
        ({}, {"roles": {**_ROLES, "operate": ["ana", "cy"]}}, "left-with-role"),
        ({}, {"deputies": {"lead": ["cy"]}}, "left-with-role"),
    ],
)
def test_who_left_can_not_sign(
    person: dict[str, Any], aims: dict[str, Any], code: str, tmp_path: Path
) -> None:
    linted = _left(tmp_path, {"left": "2026-10-31", **person}, **aims)
    assert linted.bundle is None
    assert code in {f.code for f in linted.findings if f.severity is Severity.SAFETY}


def test_who_is_here_may_do_all_of_it(tmp_path: Path) -> None:
    linted = _left(tmp_path, {"keys": [KEY]}, deputies={"lead": ["cy"]})
    assert [finding.code for finding in linted.findings] == ["no-competence"]
