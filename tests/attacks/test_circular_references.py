"""A document that supersedes itself by way of others, a finding that follows from itself.

Whoever goes along such a chain would go for ever; a circle is named once, and stops a release.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import HEAD, ManagedWorkspace
from watchkeeper.plan.whole import lint_workspace


@pytest.mark.parametrize("length", [1, 2, 900])
def test_a_circle_is_named_once(length: int, tmp_path: Path) -> None:
    world = ManagedWorkspace().remove("audit").change("audits", planned=[])
    said = dict(world.records["finding", "late-note"])
    world.remove("finding")
    for n in range(length):
        id_, follows = f"f{n}", f"f{(n + 1) % length}"
        world.change("finding", id_, **{**said, "id": id_, "follows": follows})
    row = {**HEAD, "title": "x", "digest": "1" * 64, "clauses": ["5.2", "8.1"]}
    documents = [
        {**row, "id": f"d{n}", "supersedes": f"d{(n + 1) % length}"} for n in range(length)
    ]
    world.change("documents", documents=documents).remove("sentences")
    world.change("competence", awareness=[]).change("scope", interfaces=[])
    linted = lint_workspace(world.write(tmp_path))
    assert linted.bundle is None
    circles = [finding for finding in linted.findings if finding.code == "circle"]
    assert [finding.file for finding in circles] == ["documents.yaml", "findings/f0.yaml"]


def test_an_interface_with_itself_is_one(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.records["scope", ""]["interfaces"][0]["theirs"] = "desk"
    assert "circle" in {finding.code for finding in lint_workspace(world.write(tmp_path)).findings}


def test_a_chain_that_runs_into_a_circle_is_none(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    said = world.records["finding", "late-note"]
    for id_, follows in (("a", "b"), ("b", "c"), ("c", "b")):
        world.change("finding", id_, **{**said, "id": id_, "follows": follows})
    found = lint_workspace(world.write(tmp_path)).findings
    assert [f.file for f in found if f.code == "circle"] == ["findings/b.yaml"]
