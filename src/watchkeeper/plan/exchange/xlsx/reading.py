"""The workbook, read: each row as the files would spell it, and everything that is wrong, by cell.

Formulas, errors, merged ranges, hidden rows, numbers where text belongs: what a person sees in
such a cell is not what stands in it, so none of it is guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.exchange.xlsx.container import open_sheets
from watchkeeper.plan.exchange.xlsx.headings import Headings, Mapped, find_headings
from watchkeeper.plan.exchange.xlsx.tables import TABLES, Column, Kind, Table
from watchkeeper.plan.exchange.xlsx.values import (
    IN_THE_FILE,
    LONGEST,
    plain_text,
    understood,
    unspelt,
)

MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its texts by column, where each stands, and its digest as exported.

    `digest` is empty for a row that came later, and None in a sheet that has no digests.
    """

    table: Table
    name: str
    texts: Mapping[str, str]
    places: Mapping[str, str]
    digest: str | None


@dataclass(slots=True)
class Workbook:
    """What a workbook says, what is wrong with it by cell, and what was not looked at.

    `refused` are table and name of rows with something wrong: they are there all the same. Of the
    tables in `unsure` nobody knows which rows are there: a name could not be read.
    """

    rows: list[Row] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def read_workbook(raw: bytes, people: Mapping[str, str], mapped: Sequence[Mapped] = ()) -> Workbook:
    """Read a workbook; `people` are names by id, `mapped` says how a foreign one is laid out.

    Raises:
        ImportRefused: no workbook that can be opened, or no sheet of ours in it.
    """
    found = Workbook()
    pages = open_sheets(raw)
    titles = {page.title for page in pages}
    gone = [cut(one.sheet, 31) for one in mapped if one.sheet not in titles]
    found.wrong += [f"there is no sheet {name}, which the layout names" for name in gone]
    for page in pages:
        headings = find_headings(page, mapped)
        if isinstance(headings, Headings) and page.sheet_state != "visible":
            found.unsure.add(headings.table.title)
            found.wrong.append(f"{_title(page)}: the sheet is hidden: show it, or take it out")
        elif isinstance(headings, Headings) and headings.table not in found.tables:
            found.tables.append(headings.table)
            found.unread += [f"{_title(page)}: the column {cut(name)}" for name in headings.unread]
            _Reading(page, headings, people, found).read()
        elif isinstance(headings, Headings):
            found.wrong.append(f"{_title(page)}: a second sheet of `{headings.table.title}`")
        else:
            found.unread.append(f"{_title(page)}: {headings}")
    if not found.tables and not found.wrong:
        names = ", ".join(table.title for table in TABLES)
        raise ImportRefused(
            "no sheet that is read", f"name the sheets {names}, or say how yours is laid out"
        )
    return found


class _Reading:
    def __init__(
        self, page: Worksheet, headings: Headings, people: Mapping[str, str], found: Workbook
    ) -> None:
        self.page = page
        self.headings = headings
        self.people = people
        self.found = found
        self.seen: dict[str, str] = {}

    def read(self) -> None:
        last = self.page.max_row
        if last > MOST_ROWS:
            self.wrong(f"A{last}", f"the sheet has {last} rows: delete the empty ones below")
            self.found.unsure.add(self.headings.table.title)
            return
        self._missing_columns()
        self._hidden_columns()
        self._merged(last)
        for number in range(self.headings.row + 1, last + 1):
            self._row(number)

    def wrong(self, place: str, what: str) -> None:
        self.found.wrong.append(f"{_title(self.page)}!{place}: {what}")

    def _missing_columns(self) -> None:
        have = self.headings.columns
        table = self.headings.table
        gone = [one for one in table.read if one.key not in have]
        if self.headings.digest is None:
            gone = [one for one in gone if one.needed]
        for column in gone:
            self.wrong(f"A{self.headings.row}", f"there is no column `{column.title}`")
        for name in self.headings.absent:
            self.wrong(
                f"A{self.headings.row}", f"there is no column {cut(name)}, which the layout names"
            )
        for name in self.headings.twice:
            self.wrong(f"A{self.headings.row}", f"two columns are called {cut(name)}")

    def _hidden_columns(self) -> None:
        hidden = [
            range(one.min or 0, (one.max or 0) + 1)
            for one in self.page.column_dimensions.values()
            if one.hidden or one.width == 0
        ]
        for number in sorted(self.headings.columns.values()):
            if any(number in some for some in hidden):
                place = f"{get_column_letter(number)}{self.headings.row}"
                self.wrong(place, "the column is hidden: show it, or take it out")

    def _merged(self, last: int) -> None:
        columns = set(self.headings.columns.values())
        for found in self.page.merged_cells.ranges:
            across = any(found.min_col <= one <= found.max_col for one in columns)
            if across and found.max_row >= self.headings.row and found.min_row <= last:
                self.wrong(str(found), "merged cells in the table: undo that (unmerge cells)")

    def _row(self, number: int) -> None:
        texts: dict[str, str | None] = {}
        for column in self.headings.table.read:
            place = self.headings.columns.get(column.key)
            if place is not None:
                texts[column.key] = self._text(column, number, place)
        if not any(text != "" for text in texts.values()):
            return
        shape = self.page.row_dimensions[number]
        if shape.hidden or shape.height == 0:
            self.wrong(f"A{number}", "the row is hidden: show it, or take it out")
        sound = {key: text for key, text in texts.items() if text is not None}
        row = self._understood(number, sound) if len(sound) == len(texts) else None
        if row is not None:
            self.found.rows.append(row)
        else:
            self._refused(texts.get(self.headings.table.name.key))

    def _refused(self, name: str | None) -> None:
        title = self.headings.table.title
        if name:
            self.found.refused.add((title, name))
        else:
            self.found.unsure.add(title)

    def _text(self, column: Column, number: int, place: int) -> str | None:
        """Return the text of a cell; None where it holds what is not taken, which is named."""
        cell = self.page.cell(row=number, column=place)
        try:
            return _plainly(cell.value, cell.data_type, column.kind)
        except ValueError as error:
            self.wrong(cell.coordinate, str(error))
            return None

    def _understood(self, number: int, texts: Mapping[str, str]) -> Row | None:
        meant: dict[str, str] = {}
        places: dict[str, str] = {}
        before = len(self.found.wrong)
        for column in self.headings.table.read:
            if column.key not in texts:
                continue
            place = f"{get_column_letter(self.headings.columns[column.key])}{number}"
            places[column.key] = f"{_title(self.page)}!{place}"
            meant[column.key] = self._meant(column, texts[column.key], place)
        name = meant[self.headings.table.name.key]
        if len(self.found.wrong) > before:
            return None
        if name in self.seen:
            self.wrong(places[self.headings.table.name.key].partition("!")[2], self._twice(name))
            return None
        self.seen[name] = places[self.headings.table.name.key]
        return Row(self.headings.table, name, meant, places, self._digest(number))

    def _meant(self, column: Column, text: str, place: str) -> str:
        if text == IN_THE_FILE:
            return text
        try:
            return understood(column, text, self.people)
        except ValueError as error:
            shown = f"{cut(text, 40)} " if text else ""
            self.wrong(place, f"{shown}{error}")
            return text

    def _twice(self, name: str) -> str:
        return f"{cut(name)} stands in {self.seen[name]} already"

    def _digest(self, number: int) -> str | None:
        if self.headings.digest is None:
            return None
        value = self.page.cell(row=number, column=self.headings.digest).value
        return value if isinstance(value, str) else ""


def _title(page: Worksheet) -> str:
    """Return a sheet's name as it can be shown."""
    return cut(page.title, 31).strip("`")


def _plainly(value: Any, kind: str, wanted: Kind) -> str:
    """Return the text of a cell's value.

    Raises:
        ValueError: what a person sees there is not what stands there.
    """
    if value is None:
        return ""
    if kind == "f" or not isinstance(value, str | int | float | date | time):
        raise ValueError("a formula: put its value there (paste special, values)")
    if kind == "e":
        raise ValueError(f"an error, {cut(value)}: put a value there")
    if isinstance(value, str) and len(value) > LONGEST:
        raise ValueError(f"longer than the {LONGEST} characters of a cell: shorten it")
    if isinstance(value, str):
        return plain_text(unspelt(value))
    if isinstance(value, datetime | date) and wanted is Kind.DAY:
        return _day(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, int | float) and number and wanted is not Kind.DAY and value == value // 1:
        return str(int(value))
    what = "a number" if isinstance(value, int | float) else "a date or time"
    raise ValueError(f"{what}, {cut(value)}, where {wanted.value} belongs")


def _day(value: date) -> str:
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError(f"a time of day, {cut(value)}, where a day belongs")
        value = value.date()
    return value.isoformat()
