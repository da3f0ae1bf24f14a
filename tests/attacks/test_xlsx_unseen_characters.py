"""A cell holds what nobody sees: turned letters, tags, control characters, some of them escaped.

Whoever looks at the change would read another sentence than what is written. It is refused where it
comes in; where the file has said so before, the workbook changes nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from tests.worlds.workbooks import desk
from tests.worlds.workspace_files import FILES
from watchkeeper.cli.plan import app

CONTROL = "controls/limits.yaml"
ODD = ["\u202e", "\u2066", "\u009b", "\U000e0041"]


@pytest.mark.parametrize("text", [*ODD, "_x001B_", "_xD800_", "_x202E_"])
def test_it_is_refused_where_it_comes_in(tmp_path: Path, text: str) -> None:
    place = desk(tmp_path)
    place.put("Controls", "C2", f"Pays {text}within limits.")
    (why,) = place.refused()
    assert "Controls!C2: a character that is no text" in why
    assert text not in why or text.isascii()


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    "text",
    [*ODD, "_x0041_", "_x0041_x0042_", "_x005F_", "_x005F_x0041_", "_x000D_", "a_x_", "\u200f"],
)
def test_what_the_file_said_before_is_no_change(tmp_path: Path, text: str, shared: bool) -> None:
    escaped = "".join(f"\\U{ord(char):08x}" for char in text)
    says = FILES[CONTROL].replace("Pays within limits.", f'"Pays {escaped} it."')
    place = desk(tmp_path, {CONTROL: says})
    before = place.files()
    place.edit(lambda book: book)
    if shared:
        place.share_strings()
    code, said = place.imported()
    assert (code, said["changes"], said["refused"]) == (0, [], [])
    assert place.files() == before


def test_what_looks_escaped_is_read_as_it_was_written(tmp_path: Path) -> None:
    """A program for spreadsheets shows the letter A for `_x0041_`, unless that is escaped."""
    says = FILES[CONTROL].replace("Pays within limits.", "Pays _x0041_ limits.")
    place = desk(tmp_path, {CONTROL: says})
    assert load_workbook(place.book)["Controls"]["C2"].value == "Pays _x005F_x0041_ limits."
    place.put("Controls", "C2", "Pays _x0041_ limits.")
    assert place.imported()[0] == 0
    assert "Pays A limits." in (place.folder / CONTROL).read_text()


@pytest.mark.parametrize("text", ["\\uFFFE", "\\uFFFF", "\\x0B", "\\x00"])
def test_what_no_cell_can_hold_is_refused_on_its_way_out(tmp_path: Path, text: str) -> None:
    says = FILES[CONTROL].replace("Pays within limits.", f'"Pays {text} it."')
    place = desk(tmp_path)
    (place.folder / CONTROL).write_text(says)
    out = tmp_path / "out.xlsx"
    done = CliRunner().invoke(app, ["export", "xlsx", str(place.folder), "--out", str(out)])
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == 2
    assert not out.exists()


def test_a_cell_is_as_long_as_excel_counts(tmp_path: Path) -> None:
    says = FILES[CONTROL].replace("Pays within limits.", "\U0001f600" * 16_384)
    place = desk(tmp_path)
    (place.folder / CONTROL).write_text(says)
    out = tmp_path / "out.xlsx"
    done = CliRunner().invoke(app, ["export", "xlsx", str(place.folder), "--out", str(out)])
    assert (done.exit_code, out.exists()) == (2, False)
    assert "longer than a cell takes" in done.stderr
