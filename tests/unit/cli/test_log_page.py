from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from watchkeeper.cli import log as command
from watchkeeper.verify.page import render_page


def test_the_page_is_written(tmp_path: Path) -> None:
    out = tmp_path / "verify.html"
    done = CliRunner().invoke(command.app, ["page", "--out", str(out)])
    assert (done.exit_code, done.stdout) == (0, f"{out}\n")
    assert out.read_bytes() == render_page()


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    done = CliRunner().invoke(command.app, ["page", "--out", str(tmp_path / "no" / "verify.html")])
    assert done.exit_code == 2
    assert "watchkeeper:" in done.stderr


def test_its_help_shows_an_example() -> None:
    done = CliRunner().invoke(command.app, ["page", "--help"])
    assert "watchkeeper log page --out verify.html" in done.stdout
