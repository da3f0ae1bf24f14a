"""An escape in a file stands for half of a character: no plan and no export can be made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.plan.whole import lint_workspace


@pytest.mark.parametrize("text", ["\\ud800", "\\uDFFF x", "\\ud83d\\ude00"])
@pytest.mark.parametrize(
    ("file", "was", "line"),
    [
        ("controls/limits.yaml", "Pays within limits.", 2),
        ("systems/desk.yaml", "It pays.", 6),
        ("soa.yaml", "It pays.", 4),
        ("aims.yaml", "Paying people.", 4),
    ],
)
def test_it_is_named_by_its_line(tmp_path: Path, file: str, was: str, line: int, text: str) -> None:
    assert was in FILES[file]
    changed = FILES[file].replace(was, f'"{text}"', 1)
    folder = write_workspace(tmp_path / "aims", {file: changed})
    (found,) = [one for one in lint_workspace(folder).findings if one.code == "unreadable"]
    assert (found.file, found.line) == (file, line)
    assert "half of a character" in found.message


@pytest.mark.parametrize("export", ["xlsx", "oscal", "cyclonedx"])
def test_nothing_is_exported_of_it(tmp_path: Path, export: str) -> None:
    file = "controls/limits.yaml"
    changed = FILES[file].replace("Pays within limits.", '"\\ud800"')
    folder = write_workspace(tmp_path / "aims", {file: changed})
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["export", export, str(folder), "--out", str(out)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "half of a character" in done.stderr
    assert not out.exists()


def test_a_key_may_not_hold_it_either(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims", {"soa.yaml": '"rows\\ud800": []\n'})
    assert "half of a character" in str(lint_workspace(folder).findings[0])
