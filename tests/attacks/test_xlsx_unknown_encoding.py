"""A workbook with a member in an encoding that nobody knows, or that only some readers take.

What its sheets ask for could not be counted. It is refused in a line, by every door.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.docx import document, docx, paragraph
from tests.worlds.workbooks import desk
from tests.worlds.zips import zipped
from watchkeeper.cli.plan import app
from watchkeeper.errors import ImportRefused, PlanUnreadable
from watchkeeper.plan.exchange.xlsx.container import check_container
from watchkeeper.plan.mapping.read.files import read_mapping

ENCODINGS = ["foo", "hex", "rot13", "gbk", "utf-7", "undefined", "x" * 300]


def _sheet(encoding: str) -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?><worksheet>A+AC0-B</worksheet>'.encode()


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/media/picture.png"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_it_is_refused_whatever_the_member_is_called(encoding: str, name: str) -> None:
    with pytest.raises(ImportRefused, match="is in an encoding that is not read"):
        check_container(zipped([(name, _sheet(encoding))]))


@pytest.mark.parametrize("encoding", ["foo", "gbk"])
def test_no_door_ends_in_a_traceback(tmp_path: Path, encoding: str) -> None:
    place = desk(tmp_path)
    place.replace_member("xl/styles.xml", lambda _: _sheet(encoding))
    assert "is in an encoding that is not read" in place.refused("--dry-run")[0]
    done = CliRunner().invoke(app, ["standards", "--check", str(place.book)])
    assert isinstance(done.exception, SystemExit)
    assert (done.exit_code, "is in an encoding that is not read" in done.stderr) == (2, True)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_nor_does_that_of_documents(encoding: str) -> None:
    said = document(paragraph("A.2.2")).partition("?>")[2]
    raw = docx(f'<?xml version="1.0" encoding="{encoding}"?>{said}')
    with pytest.raises(PlanUnreadable):
        read_mapping("m.docx", raw)
