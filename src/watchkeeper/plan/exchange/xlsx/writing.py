"""The workbook, written: the same tables and moment give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.exchange.xlsx.tables import DIGEST, README, Column, Kind, Table
from watchkeeper.plan.exchange.xlsx.values import LONGEST, row_digest, spelt
from watchkeeper.records.instant import Instant

_HEAD = PatternFill("solid", start_color="FFDDE5EE")
_QUIET = Font(color="FF6B7280")
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no characters for (2.2), besides those that the library refuses."""
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and its rows: the texts of what is read back, and of what is for the reader.

    `shown` has a mapping for each row, from the title of a column to its text.
    """

    table: Table
    rows: Sequence[Mapping[str, str]]
    shown: Sequence[Mapping[str, str]] = ()


def write_workbook(sheets: Sequence[Sheet], about: Sequence[str], at: Instant) -> bytes:
    """Return the workbook: `about` is what its first sheet says.

    Raises:
        PlanRefused: a text that no cell can hold.
    """
    book = Workbook()
    first = book.active
    first.title = README
    for number, line in enumerate(about, 1):
        _put(first, number, 1, line)
    first.column_dimensions["A"].width = 110
    for sheet in sheets:
        _write(book.create_sheet(sheet.table.title), sheet)
    out = io.BytesIO()
    book.save(out)
    return _same_bytes(out.getvalue(), at)


def _write(page: Worksheet, sheet: Sheet) -> None:
    columns = sheet.table.columns
    for number, column in enumerate(columns, 1):
        head = _put(page, 1, number, column.title)
        head.font, head.fill = Font(bold=True), _HEAD
        page.column_dimensions[get_column_letter(number)].width = column.width
    last = len(columns) + 1
    _put(page, 1, last, DIGEST)
    page.column_dimensions[get_column_letter(last)].hidden = True
    for number, row in enumerate(sheet.rows, 2):
        shown = sheet.shown[number - 2] if sheet.shown else {}
        for place, column in enumerate(columns, 1):
            text = shown.get(column.title, "") if column.kind is Kind.SHOWN else row[column.key]
            cell = _put(page, number, place, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if column.kind is Kind.SHOWN:
                cell.font = _QUIET
        _put(page, number, last, row_digest(row))
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(sheet.rows) + 1}"
    for place, column in enumerate(columns, 1):
        if column.words:
            _offer(page, place, column, len(sheet.rows))


def _offer(page: Worksheet, place: int, column: Column, rows: int) -> None:
    """Let the program that opens it offer the words of a choice."""
    words = ",".join(column.words)
    rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    letter = get_column_letter(place)
    rule.add(f"{letter}2:{letter}{rows + 200}")
    page.add_data_validation(rule)


def _put(page: Worksheet, row: int, column: int, text: str) -> Any:
    """Write text as text: never as a formula, an error or a number, whatever it begins with."""
    written = spelt(text)
    if len(written.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST:
        raise PlanRefused(f"longer than a cell takes: {cut(text)}", "shorten it in its file")
    cell = page.cell(row=row, column=column)
    try:
        cell.value = written or None
    except IllegalCharacterError:
        raise _no_cell_takes(text) from None
    if _NO_XML.search(text):
        raise _no_cell_takes(text)
    if text:
        cell.data_type = "s"
        cell.quotePrefix = text[:1] in "=+-@\t"
    return cell


def _no_cell_takes(text: str) -> PlanRefused:
    return PlanRefused(f"a character that no cell takes: {cut(text)}", "take it out of its file")


def _same_bytes(raw: bytes, at: Instant) -> bytes:
    """Pack it again without today's date in it."""
    when = str(at)[:19].encode() + b"Z"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + when + rb"\g<3>", content)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return out.getvalue()
