"""The reference of the workspace names every key that the models know, and no file too many."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from watchkeeper.plan.policies.annotations import KNOWN
from watchkeeper.plan.policies.parse import kind_of_file
from watchkeeper.plan.schemas.export import MODELS, published_schema
from watchkeeper.plan.workspace.kinds import PLACES

_DOCS = Path(__file__).parents[3] / "docs"
_WHOLE = (_DOCS / "workspace.md").read_text("utf-8")
_SHARED = (_DOCS / "workspace" / "README.md").read_text("utf-8")
REFERENCE = _WHOLE + _SHARED
PAGES = {place.kind: (_DOCS / place.page).read_text("utf-8") for place in PLACES}


def _keys(schema: Any) -> set[str]:
    found: set[str] = set()
    if isinstance(schema, dict):
        properties = schema.get("properties")
        found |= set(properties) if isinstance(properties, dict) else set()
        for item in schema.values():
            found |= _keys(item)
    elif isinstance(schema, list):
        for item in schema:
            found |= _keys(item)
    return found


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_every_key_stands_in_the_reference(kind: str) -> None:
    keys = _keys(json.loads(published_schema(f"{kind}.schema.json")))
    missing = {key for key in keys if f"`{key}`" not in REFERENCE + PAGES[kind]}
    assert keys
    assert missing == set()


def test_every_annotation_stands_in_the_reference() -> None:
    said = set(re.findall(r"`@([a-z]+)\(", REFERENCE))
    assert said == set(KNOWN)


def test_every_kind_of_policy_file_stands_in_the_reference() -> None:
    names = re.findall(r"`\*(\.[a-z]+\.cedar)`", REFERENCE)
    assert len(names) == 3
    assert all(kind_of_file(f"x{name}") is not None for name in names)
