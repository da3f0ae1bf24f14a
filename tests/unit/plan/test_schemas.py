"""The JSON Schemas of the workspace's files are current, and accept the example."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from ruamel.yaml import YAML

from watchkeeper.plan.schemas.export import MODELS, published_schema, schema_files

AIMS = Path(__file__).parents[3] / "examples" / "refund-desk" / "aims"
_FILES = {
    "aims": "aims.yaml",
    "system": "systems/*.yaml",
    "tool": "tools/*.yaml",
    "authority": "authority/*.yaml",
    "budgets": "budgets.yaml",
    "control": "controls/*.yaml",
    "soa": "soa.yaml",
}


def test_the_published_schemas_are_those_of_the_models() -> None:
    for name, text in schema_files().items():
        assert published_schema(name) == text, "run `watchkeeper plan export-schemas`"


def test_there_is_one_for_each_kind_of_file() -> None:
    assert set(_FILES) == set(MODELS)


def _plain(value: Any) -> Any:
    """Give YAML values as an editor sees them: dates are text."""
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize("kind", sorted(_FILES))
def test_the_example_is_valid_by_its_schema(kind: str) -> None:
    validator = Draft202012Validator(json.loads(published_schema(f"{kind}.schema.json")))
    paths = sorted(AIMS.glob(_FILES[kind]))
    assert paths
    for path in paths:
        value = YAML(typ="safe").load(path.read_text("utf-8"))
        assert [str(error) for error in validator.iter_errors(_plain(value))] == []


@pytest.mark.parametrize("kind", sorted(_FILES))
def test_the_example_names_its_schema(kind: str) -> None:
    for path in AIMS.glob(_FILES[kind]):
        first = path.read_text("utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.partition("=")[2]).resolve().is_file(), path
