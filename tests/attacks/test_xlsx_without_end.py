"""A workbook that is small, and asks for cells, characters or rows without end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workbooks import desk

SHEET = "xl/worksheets/sheet2.xml"
LINKS = '<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks></worksheet>'


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("</worksheet>", LINKS, "linked ranges without end"),
        ('r="A2"', 'r="ZZZZZ2"', "does not parse"),
        ('r="A2"', 'r="A99999999999"', "rows: delete the empty ones"),
        ("</sheetData>", '<row r="1048576"/></sheetData>', ""),
    ],
)
def test_it_ends_in_a_line(tmp_path: Path, was: str, now: str, said: str) -> None:
    place = desk(tmp_path)
    place.replace_member(SHEET, lambda raw: raw.replace(was.encode(), now.encode(), 1))
    if said:
        assert said in place.refused()[0]
    else:
        assert place.imported()[1]["changes"] == []


def test_a_cell_longer_than_any_is_not_looked_through(tmp_path: Path) -> None:
    place = desk(tmp_path)
    long = b"x" * 40_000
    place.replace_member(SHEET, lambda raw: raw.replace(b"Pays within limits.", long))
    place.replace_member("xl/sharedStrings.xml", lambda raw: raw.replace(b"Pays within", long))
    assert any("longer than the 32767 characters" in line for line in place.refused())
