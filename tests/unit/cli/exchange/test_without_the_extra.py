"""Workbooks and CycloneDX where the extra is not installed: said at once, with what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("openpyxl", ["export", "xlsx", "AIMS", "--out", "OUT"]),
        ("openpyxl", ["import", "xlsx", "OUT", "AIMS"]),
        ("openpyxl", ["standards", "--check", "OUT.xlsx"]),
        ("cyclonedx", ["export", "cyclonedx", "AIMS", "--out", "OUT"]),
        ("jsonschema", ["export", "cyclonedx", "AIMS", "--out", "OUT"]),
        ("referencing", ["import", "cyclonedx", "OUT", "AIMS", "--owner", "ana"]),
        ("cyclonedx", ["import", "cyclonedx", "OUT", "AIMS", "--owner", "ana"]),
    ],
)
def test_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, words: list[str]
) -> None:
    aims = write_workspace(tmp_path / "aims")
    out = tmp_path / "given"
    Workbook().save(tmp_path / "given.xlsx")
    monkeypatch.setitem(sys.modules, module, None)
    said = [word.replace("AIMS", str(aims)).replace("OUT", str(out)) for word in words]
    done = CliRunner().invoke(app, said)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "pip install '.[exchange]'" in done.stderr
    assert not out.exists()
