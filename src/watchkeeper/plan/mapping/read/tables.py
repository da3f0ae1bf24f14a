"""Rows of cells to passages: comma- and tab-separated text, tables of documents, sheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.mapping.read.passage import LONG, Passage, pieces

_TITLE = re.compile(
    r"\b(titles?|names?|label|topic|heading|control|clause|sub-?clause|article)\b",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"\b(descriptions?|requirements?|text|statement|summary|objective)\b", re.IGNORECASE
)
_ID = re.compile(r"\b(id|ids|ref|reference|number|no|code)\b|#", re.IGNORECASE)
Naming = tuple[tuple[int, ...], tuple[int, ...]]
"""The columns with names, and those with descriptions."""
_LETTER = re.compile(r"[^\W\d_]{3}")
MOST_COLUMNS = 100
_MOST_BESIDE = 600
"""So many signs of the short cells of a row are looked at for the standard of a number."""
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

    Raises:
        PlanUnreadable: it is wider than any table that people write.
    """
    header: Sequence[str] | None = None
    naming: Naming = ((), ())
    for place, cells in rows:
        if len(cells) > MOST_COLUMNS:
            raise PlanUnreadable(
                f"a table of {len(cells)} columns", f"at most {MOST_COLUMNS} are read: split it"
            )
        if header is None:
            header = [cell.strip()[:LONG] for cell in cells]
            yield from _of((place, sheet), cells, ((), naming), around)
            naming = (_named(header, _TITLE), _named(header, _TEXT))
            continue
        yield from _of((place, sheet), cells, (header, naming), around)


def _named(header: Sequence[str], kind: re.Pattern[str]) -> tuple[int, ...]:
    """Return the columns that name or describe what another column numbers."""
    found = enumerate(header)
    return tuple(j for j, name in found if kind.search(name) and not _ID.search(name))


def _of(
    where: tuple[str, str],
    cells: Sequence[str],
    head: tuple[Sequence[str], Naming],
    around: tuple[str, ...],
) -> Iterator[Passage]:
    (place, sheet), (header, naming) = where, head
    for i, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            continue
        column = header[i] if i < len(header) else ""
        label, title = _beside(cells, naming, i)
        under = (column, _short(cells, i), *around)
        for piece in pieces(text):
            yield Passage(_place(place, i, sheet), piece, label, title, under, cell=True)
    if sum(1 for cell in cells if cell.strip()) > 1:
        for piece in pieces(" | ".join(cell.strip() for cell in cells)):
            yield Passage(_place(place, 0, sheet), piece, around=around, row=True)


def _short(cells: Sequence[str], i: int) -> str:
    """Return the short cells of a row beside one: they may name the standard of its number."""
    found = " | ".join(c.strip() for j, c in enumerate(cells) if j != i and len(c) <= SHORT)
    return found[:_MOST_BESIDE]


def _beside(cells: Sequence[str], naming: Naming, i: int) -> tuple[str, bool]:
    """Return the words of the column that names what column `i` numbers."""
    for columns, title in zip(naming, (True, False), strict=True):
        for j in columns:
            if j != i and j < len(cells) and _LETTER.search(cells[j]):
                return cells[j].strip()[:LONG], title
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
