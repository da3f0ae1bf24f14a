"""A mapping that is small, and asks for places, columns or comparisons without end.

A sheet with a cell at its far end, a table of thousands of columns, numbers and escapes in JSON
that would each be looked for in the whole file, a key that stands twice to hide what it says, and
headings, keys, ids and names of any number of signs.
"""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.mapping.judge import Checked, check_mapping
from watchkeeper.plan.mapping.read.files import read_mapping
from watchkeeper.plan.mapping.read.passage import LONG
from watchkeeper.plan.mapping.read.tables import MOST_COLUMNS


def _checked(name: str, text: str, standard: str | None = None) -> Checked:
    return check_mapping(read_mapping(name, text.encode()), standard)


def test_a_cell_at_the_far_end_of_a_sheet_is_named() -> None:
    book, out = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page["A1"], page["XFD1048576"] = "ISO/IEC 42001", "A.2.2"
    book.save(out)
    with pytest.raises(PlanUnreadable, match="row 1048576 and column 16384"):
        read_mapping("m.xlsx", out.getvalue())


def test_a_table_wider_than_any_is_refused() -> None:
    wide = ",".join(["x"] * (MOST_COLUMNS + 1))
    with pytest.raises(PlanUnreadable, match="a table of 101 columns"):
        read_mapping("m.csv", f"{wide}\n{wide}\n".encode())


def test_numbers_and_escapes_keep_the_lines_of_what_is_wrong() -> None:
    noise = "".join(f'{{"n": {n}, "t": "\\u0041{n}"}},\n' for n in range(3_000))
    text = f'{{"standard": "ISO/IEC 42001", "rows": [\n{noise}{{"id": "A.99.9"}}]}}'
    (found,) = _checked("m.json", text).wrong
    assert (found.id, found.place) == ("A.99.9", "3002")


def test_thousands_of_short_values_are_not_read_for_each_of_them() -> None:
    rows = ",".join(f'"k{n}": "A.2.2"' for n in range(2_000))
    found = _checked("m.json", f'{{"iso42001": {{{rows}, "last": "A.99.9"}}}}')
    assert dict(found.counts)["iso42001"] == 2_001
    assert [one.id for one in found.wrong] == ["A.99.9"]


def test_a_key_that_stands_twice_hides_nothing() -> None:
    found = _checked("m.json", '{"standard": "ISO/IEC 42001", "id": "A.99.9", "id": "A.2.2"}')
    assert [one.id for one in found.wrong] == ["A.99.9"]
    assert "the same key twice" in found.note


HOLES = "](" * 2_000
"""Each of them might begin a link, and none ends."""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.md", f"# ISO/IEC 42001 {' ' * 200_000}x\nA.99.9 text"),
        ("m.md", f"# ISO/IEC 42001 {HOLES}\nA.99.9 text"),
        ("m.json", f'{{"standard": "ISO/IEC 42001", "id": "A.99.9", "{HOLES}": 1}}'),
        ("m.json", f'{{"standard": "ISO/IEC 42001", "control": "A.99.9", "id": "{HOLES}"}}'),
        ("m.json", f'{{"standard": "ISO/IEC 42001", "id": "A.99.9", "title": "{HOLES}"}}'),
        ("m.json", f'{{"standard": "ISO/IEC 42001", "A.99.9": "{HOLES}"}}'),
        ("m.csv", f"ISO/IEC 42001,{HOLES}\nA.99.9,x\n"),
        ("m.csv", f"ISO/IEC 42001,title\nA.99.9,{HOLES}\n"),
    ],
)
def test_nothing_is_looked_at_whole_that_is_longer_than_people_write(name: str, text: str) -> None:
    mapping = read_mapping(name, text.encode())
    parts = [(one.text, one.label, *one.around) for one in mapping.passages]
    assert max(len(part) for one in parts for part in one) <= LONG
    assert {one.id for one in check_mapping(mapping).wrong} == {"A.99.9"}
