"""Our own data of standards: no key twice, which the reader that is fast would not tell."""

from __future__ import annotations

from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from watchkeeper.standards import data

NAMES = sorted(one.name for one in files(data).iterdir() if one.name.endswith(".yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_no_key_stands_twice(name: str) -> None:
    read = YAML(typ="safe", pure=True).load(files(data).joinpath(name).read_text("utf-8"))
    assert isinstance(read, dict)


def test_there_are_files() -> None:
    assert len(NAMES) >= 6
