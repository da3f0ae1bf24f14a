"""Two columns of one heading, or a layout that names what is not there: which is read is unclear.

Nothing is picked: each is named, and nothing is written.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workbooks import desk

LAYOUT = "sheets:\n  - sheet: {sheet}\n    table: controls\n    columns: {columns}\n"


@pytest.mark.parametrize("heading", ["owner", " Owner", "row as exported (do not change)"])
def test_a_heading_that_stands_twice(tmp_path: Path, heading: str) -> None:
    place = desk(tmp_path)
    place.put("Controls", "M1", heading)
    place.put("Controls", "M2", "ana")
    assert any("two columns are called" in line for line in place.refused())


@pytest.mark.parametrize(
    ("sheet", "columns", "said"),
    [
        ("Register", "{}", "no sheet `Register`, which the layout names"),
        ("Controls", "{built_in: Checks}", "no column `Checks`, which the layout names"),
    ],
)
def test_a_layout_of_what_is_not_there(tmp_path: Path, sheet: str, columns: str, said: str) -> None:
    place = desk(tmp_path)
    layout = tmp_path / "layout.yaml"
    layout.write_text(LAYOUT.format(sheet=sheet, columns=columns))
    assert any(said in line for line in place.refused("--map", layout))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"sheets:\n  - sheet: Bl\xe4tter\n", "not UTF-8 in line 2"),
        (b"sheets: [", "layout.yaml`:1: not YAML"),
        (b"", "layout.yaml`:1: the file is empty"),
        (b"sheets: []\n", "does not hold"),
        (b"#" * 600_000, "larger than 512 KiB"),
    ],
)
def test_a_layout_that_can_not_be_read(tmp_path: Path, raw: bytes, said: str) -> None:
    place = desk(tmp_path)
    layout = tmp_path / "layout.yaml"
    layout.write_bytes(raw)
    assert said in place.refused("--map", layout)[0]
