"""Rows of cells to passages: comma- and tab-separated text, tables of documents, sheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from watchkeeper.plan.mapping.read.passage import Passage, pieces

_TITLE = re.compile(
    r"\b(titles?|names?|label|topic|heading|control|clause|sub-?clause|article)\b",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"\b(descriptions?|requirements?|text|statement|summary|objective)\b", re.IGNORECASE
)
_ID = re.compile(r"\b(id|ids|ref|reference|number|no|code)\b|#", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]{3}")
LONG = 2000
SHORT = 40


def csv_passages(text: str, delimiter: str) -> Iterator[Passage]:
    """Yield the passages of comma- or tab-separated text; the first row names the columns."""
    csv.field_size_limit(16 * 1024 * 1024)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    before, rows = 0, []
    for cells in reader:
        rows.append((before + 1, cells))
        before = reader.line_num
    yield from table_passages([(str(line), cells) for line, cells in rows], ())


def table_passages(
    rows: Iterable[tuple[str, Sequence[str]]], around: tuple[str, ...], *, sheet: str = ""
) -> Iterator[Passage]:
    """Yield the passages of a table; `rows` are places and cells, the first one names columns.

    Of a `sheet` the place of a row is its number, and that of a passage the cell: `SoA!B4`.
    """
    header: Sequence[str] | None = None
    for place, cells in rows:
        if header is None:
            header = [cell.strip() for cell in cells]
            yield from _of(place, cells, (), around, sheet)
            continue
        yield from _of(place, cells, header, around, sheet)


def _of(
    place: str, cells: Sequence[str], header: Sequence[str], around: tuple[str, ...], sheet: str
) -> Iterator[Passage]:
    for i, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            continue
        column = header[i] if i < len(header) else ""
        label, title = _beside(cells, header, i)
        under = (column, _short(cells, i), *around)
        for piece in pieces(text):
            yield Passage(_place(place, i, sheet), piece, label, title, under, cell=True)
    if sum(1 for cell in cells if cell.strip()) > 1:
        for piece in pieces(" | ".join(cell.strip() for cell in cells)):
            yield Passage(_place(place, 0, sheet), piece, around=around, row=True)


def _short(cells: Sequence[str], i: int) -> str:
    """Return the short cells of a row beside one: they may name the standard of its number."""
    return " | ".join(c.strip() for j, c in enumerate(cells) if j != i and len(c) <= SHORT)


def _beside(cells: Sequence[str], header: Sequence[str], i: int) -> tuple[str, bool]:
    """Return the words of the column that names what column `i` numbers."""
    for kind, title in ((_TITLE, True), (_TEXT, False)):
        for j, cell in enumerate(cells):
            name = header[j] if j < len(header) else ""
            if j != i and kind.search(name) and not _ID.search(name) and _LETTER.search(cell):
                return cell.strip()[:LONG], title
    return "", False


def _place(place: str, column: int, sheet: str) -> str:
    return f"{sheet}!{column_name(column)}{place}" if sheet else place


def column_name(column: int) -> str:
    """Return a sheet's name of a column: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
