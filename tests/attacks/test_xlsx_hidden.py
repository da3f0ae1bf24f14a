"""A sheet or a column is hidden, and what stands in it is not what a person sees.

A hidden row is refused, and so is all else that is hidden and would be read: by its flag, by no
width, by no height. The column of the digests is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.worlds.workbooks import desk

HIDDEN: dict[str, Callable[[Workbook], object]] = {
    "sheet": lambda book: setattr(book["Controls"], "sheet_state", "hidden"),
    "very": lambda book: setattr(book["Controls"], "sheet_state", "veryHidden"),
    "column": lambda book: setattr(book["Controls"].column_dimensions["C"], "hidden", True),
    "columns": lambda book: book["Controls"].column_dimensions.group("B", "D", hidden=True),
    "row": lambda book: setattr(book["Controls"].row_dimensions[2], "hidden", True),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_what_is_hidden_is_not_taken(tmp_path: Path, how: str) -> None:
    place = desk(tmp_path)
    place.put("Controls", "C2", "Pays whatever it likes.")
    place.edit(HIDDEN[how])
    assert any("hidden" in line for line in place.refused())


@pytest.mark.parametrize(
    ("was", "now"),
    [(b'width="60"', b'width="0"'), (b'<row r="2"', b'<row r="2" ht="0" customHeight="1"')],
)
def test_what_has_no_width_or_height_is_hidden(tmp_path: Path, was: bytes, now: bytes) -> None:
    place = desk(tmp_path)
    place.put("Controls", "C2", "Pays whatever it likes.")
    place.replace_member("xl/worksheets/sheet2.xml", lambda raw: raw.replace(was, now, 1))
    assert any("hidden" in line for line in place.refused())
