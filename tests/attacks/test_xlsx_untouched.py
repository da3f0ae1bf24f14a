"""A workbook that nobody touched, of rows whose files changed or say a thing twice.

It must neither stand in the way of an import nor change a file: nobody asked for that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.workbooks import Desk, desk
from tests.worlds.workspace_files import FILES, with_change
from watchkeeper.cli.plan import app

CONTROL = "controls/limits.yaml"
ITEM = {"class": "document", "origin": "attested", "document": "ai-policy"}


def _with_evidence(place: Path, evidence: Any) -> Path:
    managed = ManagedWorkspace()
    managed.records["soa", ""]["rows"][0]["evidence"] = evidence
    return managed.write(place)


@pytest.mark.parametrize(("was", "now"), [([ITEM], "A word."), ("A word.", [ITEM])])
def test_evidence_that_changed_since_stops_nothing(tmp_path: Path, was: Any, now: Any) -> None:
    place = Desk(_with_evidence(tmp_path / "aims", was), tmp_path / "aims.xlsx")
    out = ["export", "xlsx", str(place.folder), "--out", str(place.book)]
    assert CliRunner().invoke(app, out).exit_code == 0
    soa = _with_evidence(tmp_path / "later", now) / "soa.yaml"
    (place.folder / "soa.yaml").write_bytes(soa.read_bytes())
    before = place.files()
    code, said = place.imported()
    assert (code, said["changes"], said["refused"]) == (0, [], [])
    assert [line.endswith("changed in the files since") for line in said["kept"]] == [True]
    assert place.files() == before


def test_nor_does_what_nobody_sees_that_the_files_took_out_since(tmp_path: Path) -> None:
    said = FILES[CONTROL].replace("Pays within limits.", '"Pays \\u202Ewithin limits."')
    place = desk(tmp_path, {CONTROL: said})
    (place.folder / CONTROL).write_text(FILES[CONTROL])
    code, found = place.imported()
    assert (code, found["changes"], found["refused"], len(found["kept"])) == (0, [], [], 1)


def test_an_id_that_a_list_holds_twice_is_no_change(tmp_path: Path) -> None:
    place = desk(tmp_path, with_change(CONTROL, "[A.9.4]", "[A.9.4, A.9.4]"))
    before = place.files()
    code, said = place.imported()
    assert (code, said["changes"], said["refused"]) == (0, [], [])
    place.put("Controls", "B2", "A title")
    assert place.imported()[0] == 0
    after = place.files()
    assert [name for name in before if before[name] != after[name]] == [CONTROL]
    assert b"A.9.4, A.9.4" in after[CONTROL]
