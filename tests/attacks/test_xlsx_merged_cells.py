"""Rows that are not what they look like: merged, hidden, twice, or a million of nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.worlds.workbooks import desk
from tests.worlds.workspace_files import FILES


@pytest.mark.parametrize("merged", ["C2:D2", "A2:A3", "A1:B1", "D2:Z900"])
def test_merged_cells_in_the_table_are_named(merged: str, tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.edit(lambda book: book["Controls"].merge_cells(merged))
    assert any(f"Controls!{merged}" in why for why in place.refused())


@pytest.mark.parametrize("merged", ["A2:XFD1048576", "A1:XFD1048576", "A1:A9999999"])
def test_a_range_without_end_is_refused_soon(merged: str, tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.edit(lambda book: book["Controls"].merge_cells("A2:B2"))
    place.replace_member(
        "xl/worksheets/sheet2.xml", lambda raw: raw.replace(b'"A2:B2"', f'"{merged}"'.encode())
    )
    started = time.monotonic()
    (why,) = place.refused()
    assert "merged" in why
    assert time.monotonic() - started < 10


def test_a_hidden_row_is_named(tmp_path: Path) -> None:
    place = desk(tmp_path)

    def hide(book) -> None:
        book["SoA"]["C2"] = "out"
        book["SoA"].row_dimensions[2].hidden = True

    place.edit(hide)
    assert any("SoA!A2: the row is hidden" in why for why in place.refused())


def test_two_rows_of_one_id_are_named(tmp_path: Path) -> None:
    place = desk(tmp_path)
    for column, value in zip("ABCD", ("limits", "x", "Other.", "ana"), strict=True):
        place.put("Controls", f"{column}3", value)
    (why,) = place.refused()
    assert why.startswith("Controls!A3: ")
    assert "Controls!A2" in why


def test_a_row_at_the_very_end_is_named(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("Controls", "A1048576", "x")
    (why,) = place.refused()
    assert "Controls!A1048576" in why


def test_blank_rows_and_blanks_at_the_end_of_cells_change_nothing(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("Controls", "A900", "  ")
    place.put("Controls", "D2", " ben\t")
    code, said = place.imported()
    assert (code, said["changes"]) == (0, [])
    assert (place.folder / "controls/limits.yaml").read_text() == FILES["controls/limits.yaml"]


def test_a_second_sheet_of_one_kind_is_named(tmp_path: Path) -> None:
    place = desk(tmp_path)

    def copy(book) -> None:
        book.copy_worksheet(book["Controls"]).title = "control register"

    place.edit(copy)
    assert any("second sheet" in why for why in place.refused())
