"""An id that names a place on the disk, or something that no id can be."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.worlds.workbooks import desk

_IDS = (
    "../../x",
    "..",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "C:x",
    "Limits",
    "x" * 64,
    "x.yaml",
    "lіmits",
    "a b",
    "-a",
    "A.9.4\n../x",
)
_ROWS = {
    "Controls": ("x", "Something.", "ana"),
    "SoA": ("", "in", "Because.", "planned", "ana"),
}


@pytest.mark.parametrize("sheet", _ROWS)
def test_each_is_refused_by_its_cell(sheet: str, tmp_path: Path) -> None:
    place = desk(tmp_path)

    def fill(book: Workbook) -> None:
        for id_ in _IDS:
            book[sheet].append((id_, *_ROWS[sheet]))

    place.edit(fill)
    refused = place.refused()
    assert [why.partition(": ")[0] for why in refused] == [
        f"{sheet}!A{number}" for number in range(3, len(_IDS) + 3)
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aims", "aims.xlsx"]


def test_an_id_of_annex_a_is_no_control_of_our_own(tmp_path: Path) -> None:
    place = desk(tmp_path)
    for column, value in zip("ABCD", ("A.9.4", "x", "Something.", "ana"), strict=True):
        place.put("Controls", f"{column}3", value)
    (why,) = place.refused()
    assert why.startswith("Controls!A3: ")
