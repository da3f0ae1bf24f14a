"""A row is copied for a new one, with the words that stand for what only the old one's file holds.

They would become the new row's evidence. They are refused, and the files stay.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from tests.worlds.workbooks import desk
from watchkeeper.plan.exchange.xlsx.values import IN_THE_FILE


def test_they_are_no_value_of_a_new_row(tmp_path: Path) -> None:
    place = desk(tmp_path)

    def copy(book: Workbook) -> None:
        page = book["SoA"]
        for column, text in enumerate(["A.2.2", "", "in", "So.", "partial", "ana"], 1):
            page.cell(3, column, text)
        page.cell(3, 9, IN_THE_FILE)

    place.edit(copy)
    (why,) = place.refused()
    assert why.startswith("SoA!I3: that stands in the file of another row")
