"""Mappings as others make them, and exactly what is wrong with each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from watchkeeper.plan.mapping.judge import check_mapping
from watchkeeper.plan.mapping.read.files import read_mapping

HERE = Path(__file__).parent / "mapping"
EXPECTED = YAML(typ="safe").load((HERE / "expected.yaml").read_text())


def test_every_file_has_its_expectations() -> None:
    files = {path.name for path in HERE.iterdir()} - {"expected.yaml"}
    assert files == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_this_is_wrong(name: str) -> None:
    found = check_mapping(read_mapping(name, (HERE / name).read_bytes()))
    said = [[one.place, one.code, one.id, _nearer(one.advice)] for one in found.wrong]
    assert said == EXPECTED[name]
    assert found.counts


def _nearer(advice: str) -> str:
    found = re.search(r"(?:nearer to|the control is) `([^`]+)`", advice)
    return found[1] if found else ""
