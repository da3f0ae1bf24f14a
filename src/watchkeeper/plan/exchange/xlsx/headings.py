"""Where the table of a sheet begins, and which column is which: ours, or those of a binder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.worksheet.worksheet import Worksheet

from watchkeeper.plan.exchange.xlsx.tables import DIGEST, README, TABLES, Column, Kind, Table
from watchkeeper.plan.exchange.xlsx.values import unspelt

_LOOKED_AT_ROWS = 20
_LOOKED_AT_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a sheet of others is laid out: which table it is, and a heading for a column's key."""

    sheet: str
    table: Table
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Headings:
    """The row of the headings, and the number of each column that is read, by its key.

    `unread` are headings that are not read, `twice` those that stand there twice, `absent` those
    that a layout names and that are not there.
    """

    table: Table
    row: int
    columns: Mapping[str, int]
    digest: int | None = None
    unread: tuple[str, ...] = field(default=())
    twice: tuple[str, ...] = field(default=())
    absent: tuple[str, ...] = field(default=())


def find_headings(page: Worksheet, mapped: Sequence[Mapped] = ()) -> Headings | str:
    """Find the headings of a sheet, or say why it is not read."""
    given = next((one for one in mapped if one.sheet == page.title), None)
    table = given.table if given is not None else _table(page.title)
    if table is None:
        return "it is for the reader" if page.title == README else "no sheet that is read"
    for number in range(1, min(page.max_row, _LOOKED_AT_ROWS) + 1):
        found = _matched(page, number, table, given.columns if given is not None else {})
        if found is not None:
            return found
    return f"no heading `{table.name.title}` in its first {_LOOKED_AT_ROWS} rows"


def _table(title: str) -> Table | None:
    said = _plain(title)
    return next((one for one in TABLES if said in {_plain(one.title), *one.also}), None)


def _matched(page: Worksheet, row: int, table: Table, given: Mapping[str, str]) -> Headings | None:
    every = list(_headings(page, row))
    headings = dict(every)
    columns: dict[str, int] = {}
    read: set[str] = {_plain(DIGEST)}
    for column in table.read:
        for name in _names(column, given):
            if name in headings:
                columns[column.key] = headings.pop(name)
                read.add(name)
                break
    if table.name.key not in columns:
        return None
    shown = {_plain(one.title) for one in table.columns if one.kind is Kind.SHOWN}
    digest = headings.pop(_plain(DIGEST), None)
    unread = tuple(name for name in headings if name not in shown)
    said = Counter(name for name, _ in every)
    twice = tuple(sorted(name for name in read if said[name] > 1))
    absent = tuple(name for key, name in given.items() if key not in columns)
    return Headings(table, row, columns, digest, unread, twice, absent)


def _names(column: Column, given: Mapping[str, str]) -> tuple[str, ...]:
    if column.key in given:
        return (_plain(given[column.key]),)
    return (_plain(column.title), *column.also)


def _headings(page: Worksheet, row: int) -> Iterator[tuple[str, int]]:
    """Yield the headings of a row with their columns, from the right, so that the first counts."""
    for number in range(min(page.max_column, _LOOKED_AT_COLUMNS), 0, -1):
        value = page.cell(row=row, column=number).value
        if isinstance(value, str) and value.strip():
            yield _plain(unspelt(value)), number


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())
