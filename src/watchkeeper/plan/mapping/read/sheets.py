"""A workbook's sheets to passages: every cell as text, with its place; formulas are left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import dropwhile
from typing import Any

from watchkeeper.errors import ImportRefused, PlanUnreadable
from watchkeeper.plan.exchange.xlsx.container import open_sheets
from watchkeeper.plan.exchange.xlsx.values import unspelt
from watchkeeper.plan.mapping.read.passage import Passage, pieces
from watchkeeper.plan.mapping.read.tables import column_name, table_passages

MOST_PLACES = 500_000
"""So many places of a sheet are looked at, full or empty."""


def sheet_passages(raw: bytes) -> tuple[tuple[Passage, ...], int]:
    """Return the passages of a workbook, and how many formulas were left out.

    Raises:
        PlanUnreadable: no workbook that can be opened, or nothing here that opens one.
    """
    found: list[Passage] = []
    formulas = 0
    for page in _pages(raw):
        if page.max_row * page.max_column > MOST_PLACES:
            raise PlanUnreadable(
                f"a sheet that goes on to its row {page.max_row} and column {page.max_column}",
                "take out what stands far away, and save it again",
            )
        rows = []
        for cells in page.iter_rows():
            texts = [_text(cell) for cell in cells]
            formulas += sum(1 for cell in cells if cell.data_type == "f")
            rows.append((str(cells[0].row), texts) if cells else ("0", []))
        full = list(dropwhile(lambda row: sum(map(bool, row[1])) < 2, rows)) or rows
        found += _above(rows[: len(rows) - len(full)], page.title)
        found += table_passages(full, (page.title,), sheet=page.title)
    return tuple(found), formulas


def _pages(raw: bytes) -> list[Any]:
    try:
        return open_sheets(raw)
    except ModuleNotFoundError:
        raise PlanUnreadable(
            "nothing here reads .xlsx",
            "`pip install '.[exchange]'` in the checkout, or save it as .csv",
        ) from None
    except ImportRefused as error:
        raise PlanUnreadable(error.message, error.advice) from None


def _above(rows: list[tuple[str, list[str]]], sheet: str) -> Iterator[Passage]:
    """Yield what stands above the table: titles, and which standard it is about."""
    for place, texts in rows:
        for i, text in enumerate(texts):
            for piece in pieces(text) if text else ():
                yield Passage(f"{sheet}!{column_name(i)}{place}", piece, around=(sheet,))


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type in {"f", "e"}:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else unspelt(str(value)).strip()
