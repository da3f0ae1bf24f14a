"""Clauses that a record names are clauses that there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.whole import lint_workspace


@pytest.mark.parametrize(
    ("kind", "id_", "keys", "said"),
    [
        ("finding", "late-note", {"clause": "5.4"}, "there is no clause `5.4`"),
        ("audit", "2026", {"scope": {"clauses": ["4.1", "6.4"]}}, "there is no clause `6.4`"),
        ("finding", "late-note", {"clause": "6.1.3"}, ""),
    ],
)
def test_a_clause_that_there_is_not(
    tmp_path: Path, kind: str, id_: str, keys: dict[str, Any], said: str
) -> None:
    world = ManagedWorkspace().change(kind, id_, **keys)
    findings = lint_workspace(world.write(tmp_path), TODAY).findings
    named = [one.message for one in findings if one.code == "unknown-reference"]
    assert named == ([said] if said else [])


def test_a_document_of_a_clause_that_there_is_not(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.records["documents", ""]["documents"][0]["clauses"] = ["5.2", "9.4"]
    findings = lint_workspace(world.write(tmp_path), TODAY).findings
    assert "there is no clause `9.4`" in {one.message for one in findings}
