"""Text of a workspace that a spreadsheet would take for a formula, an error or a number."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.worlds.workbooks import desk

_TEXTS = (
    "=HYPERLINK('http://127.0.0.1:1')",
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "#N/A",
    "1e3",
    "true",
)


@pytest.mark.parametrize("text", _TEXTS)
def test_it_is_written_as_text_and_comes_back(text: str, tmp_path: Path) -> None:
    control = f'id: limits\ntitle: "{text}"\nstatement: "{text}"\nowner: ben\nannex_a: [A.9.4]\n'
    place = desk(tmp_path, {"controls/limits.yaml": control})
    page = load_workbook(io.BytesIO(place.book.read_bytes()))["Controls"]
    for cell in ("B2", "C2"):
        assert page[cell].value == text
        assert page[cell].data_type == "s"
    code, said = place.imported()
    assert (code, said["changes"]) == (0, [])
