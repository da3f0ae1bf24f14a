"""A cell whose value is not what stands in it: a formula, an error, a link to another workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from tests.worlds.workbooks import desk

_VALUES = (
    "=1+1",
    '=HYPERLINK("http://127.0.0.1:1/x","ana")',
    "='[1]other.xlsx'!A1",
    '=WEBSERVICE("http://127.0.0.1:1")',
    "=cmd|' /C calc'!A0",
    ArrayFormula("C8:C9", "=A1:A2"),
    "#REF!",
    True,
    1.5,
    date(2026, 1, 1),
)


@pytest.mark.parametrize(("sheet", "column"), [("Controls", "A"), ("Controls", "D"), ("SoA", "C")])
def test_each_is_refused_by_its_cell(sheet: str, column: str, tmp_path: Path) -> None:
    place = desk(tmp_path)

    def fill(book: Workbook) -> None:
        for number, value in enumerate(_VALUES, 2):
            book[sheet][f"{column}{number}"] = value

    place.edit(fill)
    refused = place.refused()
    for number in range(2, len(_VALUES) + 2):
        assert any(why.startswith(f"{sheet}!{column}{number}: ") for why in refused), number


def test_a_formula_that_is_not_read_harms_nobody(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("SoA", "B2", "=1+1")
    place.put("SoA", "K2", "=1+1")
    assert place.imported()[0] == 0
