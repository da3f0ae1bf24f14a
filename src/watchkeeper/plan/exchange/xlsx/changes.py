"""What a workbook would change: compared with the files, and with both as they were exported.

The digest beside each row says what it was. What changed only in the sheet is taken, what changed
only in the files stays; what changed in both, differently, is a conflict: then nothing is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.plan.exchange.xlsx.reading import Row, Workbook
from watchkeeper.plan.exchange.xlsx.tables import Column, Table
from watchkeeper.plan.exchange.xlsx.values import IN_THE_FILE, odd_in, row_digest

Here = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By table's title and row's name: the texts of the row as the files have it."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell whose value the files shall get."""

    column: Column
    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is new, or whose cells changed."""

    table: Table
    name: str
    cells: tuple[CellChange, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would change; what stands in the way, by cell; what the sheet has no longer."""

    changes: tuple[RowChange, ...]
    conflicts: tuple[str, ...]
    gone: tuple[str, ...]
    kept: tuple[str, ...]


def compare(book: Workbook, here: Here, *, theirs: bool = False) -> Comparison:
    """Compare a workbook with the files; `theirs` takes the sheet's side where both changed."""
    changes: list[RowChange] = []
    conflicts: list[str] = []
    kept: list[str] = []
    for row in book.rows:
        mine = here.get(row.table.title, {}).get(row.name)
        cells = _cells(row, mine or {})
        side = "" if mine is None else _side(row, mine)
        if side == "here":
            # Nobody touched the row: what stands in it now takes nothing, and stops nothing.
            kept += [_kept(row)] if cells else []
            continue
        odd = [_odd(one) for one in cells if odd_in(one.after) is not None]
        if odd:
            conflicts += odd
            continue
        if mine is None and any(one.after == IN_THE_FILE for one in cells):
            conflicts += [_not_here(one) for one in cells if one.after == IN_THE_FILE]
            continue
        if mine is None:
            changes.append(RowChange(row.table, row.name, cells, new=True))
            continue
        fixed = [one for one in cells if IN_THE_FILE in {one.before, one.after}]
        conflicts += [f"{one.place}: only its file can change that" for one in fixed]
        if not cells or fixed:
            continue
        if side == "both" and not theirs:
            conflicts += [_conflict(row, one) for one in cells]
        else:
            changes.append(RowChange(row.table, row.name, cells, new=False))
    return Comparison(tuple(changes), tuple(conflicts), tuple(_gone(book, here)), tuple(kept))


def _cells(row: Row, mine: Mapping[str, str]) -> tuple[CellChange, ...]:
    return tuple(
        CellChange(column, row.places[column.key], mine.get(column.key, ""), row.texts[column.key])
        for column in row.table.read
        if column.key in row.texts and row.texts[column.key] != mine.get(column.key, "")
    )


def _side(row: Row, mine: Mapping[str, str]) -> str:
    """Say who changed a row since it was exported: the sheet, the files here, or both.

    A row without a digest was not exported from here: nobody knows what it was.
    """
    if not row.digest:
        return "both"
    if row.digest == _digest(row.texts):
        return "here"
    return "there" if row.digest == row_digest(mine) else "both"


def _kept(row: Row) -> str:
    return f"{row.table.title} {cut(row.name)}: changed in the files since"


def _digest(texts: Mapping[str, str]) -> str | None:
    """Return the digest of what a sheet says; of half a character there is none, nor ever was."""
    try:
        return row_digest(texts)
    except RecordInvalid:
        return None


def _conflict(row: Row, cell: CellChange) -> str:
    why = "changed in both" if row.digest else "was not exported from here"
    return (
        f"{cell.place}: {why}: the sheet says {cut(cell.after)}, the files say {cut(cell.before)}"
    )


def _odd(cell: CellChange) -> str:
    said = cut(odd_in(cell.after))
    return f"{cell.place}: a character that is no text, or that is not seen, {said}: take it out"


def _not_here(cell: CellChange) -> str:
    return f"{cell.place}: that stands in the file of another row: write the value itself"


def _gone(book: Workbook, here: Here) -> list[str]:
    present = {(row.table.title, row.name) for row in book.rows} | book.refused
    return [
        f"{table.title} {cut(name)}"
        for table in book.tables
        if table.title not in book.unsure
        for name in here.get(table.title, {})
        if (table.title, name) not in present
    ]
