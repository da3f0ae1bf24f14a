"""A workspace with its workbook, edited as a person would, or as nobody should."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from tests.worlds.exchanged import DAY
from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.plan.exchange.xlsx.here import sheets
from watchkeeper.plan.exchange.xlsx.writing import write_workbook
from watchkeeper.plan.register.content import register_of
from watchkeeper.plan.workspace.load import load_workspace


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace on disk, and the workbook beside it."""

    folder: Path
    book: Path

    def edit(self, change: Callable[[Workbook], object]) -> None:
        """Change the workbook, as a program for spreadsheets does."""
        book = load_workbook(self.book)
        change(book)
        book.save(self.book)

    def put(self, sheet: str, cell: str, value: Any) -> None:
        """Put a value into one cell."""
        self.edit(lambda book: book[sheet].__setitem__(cell, value))

    def imported(self, *words: object) -> tuple[int, Mapping[str, Any]]:
        """Import the workbook; return how that ended, and what was said."""
        words = ("import", "xlsx", self.book, self.folder, "--json", *words)
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        said = json.loads(done.stdout) if done.stdout else {"refused": [done.stderr]}
        return done.exit_code, said

    def refused(self, *words: object) -> list[str]:
        """Import what must not be taken; return why not. Nothing may have been written."""
        before = self.files()
        code, said = self.imported(*words)
        assert code in {1, 2}
        assert said["refused"]
        assert self.files() == before
        return list(said["refused"])

    def files(self) -> dict[str, bytes]:
        """Return every file of the workspace."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}

    def replace_member(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Change one member of the workbook's container."""
        out = io.BytesIO()
        with zipfile.ZipFile(self.book) as old, zipfile.ZipFile(out, "w", 8) as new:
            for member in old.namelist():
                raw = old.read(member)
                new.writestr(member, change(raw) if member == name else raw)
        self.book.write_bytes(out.getvalue())

    def share_strings(self) -> None:
        """Save it as most programs do: each text once, in a table that the cells point into."""
        self.book.write_bytes(shared(self.book.read_bytes()))


_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_DECLARED = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_CONTENT}"/></Types>'
_INLINE = re.compile(rb't="inlineStr"><is>(.*?)</is></c>', re.DOTALL)
_STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'


def shared(raw: bytes) -> bytes:
    """Return a workbook with the texts of its cells in the table of strings."""
    out, strings = io.BytesIO(), dict[bytes, int]()

    def point(found: re.Match[bytes]) -> bytes:
        return b't="s"><v>%d</v></c>' % strings.setdefault(found[1], len(strings))

    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            said = _INLINE.sub(point, old.read(name))
            new.writestr(name, said.replace(b"</Types>", _DECLARED.encode()))
        assert strings
        table = b"".join(b"<si>%s</si>" % one for one in strings)
        new.writestr("xl/sharedStrings.xml", _STRINGS % table)
    return out.getvalue()


def desk(place: Path, changes: dict[str, str | bytes | None] | None = None) -> Desk:
    """Write the small workspace and its workbook."""
    folder = write_workspace(place / "aims", changes)
    workspace, findings = load_workspace(folder)
    assert workspace is not None, findings
    book = place / "aims.xlsx"
    book.write_bytes(write_workbook(sheets(register_of(workspace)), ("about",), DAY))
    return Desk(folder, book)
