"""The JSON Schemas of the workspace's files are current, and accept the examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from ruamel.yaml import YAML

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.plan.schemas.export import MODELS, published_schema, schema_files
from watchkeeper.plan.workspace.kinds import BY_KIND, PLACES

AIMS = Path(__file__).parents[3] / "examples" / "refund-desk" / "aims"


def test_the_published_schemas_are_those_of_the_models() -> None:
    for name, text in schema_files().items():
        assert published_schema(name) == text, "run `watchkeeper plan export-schemas`"


def test_there_is_one_for_each_kind_of_file() -> None:
    assert set(MODELS) == set(BY_KIND)
    assert len({place.where for place in PLACES}) == len(PLACES)


def _plain(value: Any) -> Any:
    """Give YAML values as an editor sees them: dates are text."""
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_the_examples_are_valid_by_their_schema(kind: str, tmp_path: Path) -> None:
    validator = Draft202012Validator(json.loads(published_schema(f"{kind}.schema.json")))
    where = BY_KIND[kind].where
    managed = ManagedWorkspace().write(tmp_path)
    paths = [*AIMS.glob(where), *managed.glob(where)]
    assert paths
    for path in paths:
        value = YAML(typ="safe").load(path.read_text("utf-8"))
        assert [str(error) for error in validator.iter_errors(_plain(value))] == []


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_the_example_names_its_schema(kind: str) -> None:
    for path in AIMS.glob(BY_KIND[kind].where):
        first = path.read_text("utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.partition("=")[2]).resolve().is_file(), path
