"""An export ends in the middle: all documents are the old ones or the new ones, never some."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app


def _names(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


def _run(*words: object) -> int:
    done = CliRunner().invoke(app, ["export", *(str(word) for word in words)])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done.exit_code


def test_of_several_documents_none_is_replaced_where_one_can_not_be(tmp_path: Path) -> None:
    aims, out = write_workspace(tmp_path / "aims"), tmp_path / "out"
    assert _run("oscal", aims, "--out", out, "--at", "2027-01-01") == 0
    before = {name: (out / name).read_bytes() for name in _names(out)}
    last = out / max(before, key=lambda name: name.startswith("component"))
    last.unlink()
    last.mkdir()
    assert _run("oscal", aims, "--out", out, "--at", "2027-02-01") == 2
    left = before.keys() - {last.relative_to(out).as_posix()}
    assert {name: (out / name).read_bytes() for name in _names(out)} == {
        name: before[name] for name in left
    }


@pytest.mark.parametrize("export", ["xlsx", "cyclonedx"])
def test_nothing_is_left_beside_a_place_that_can_not_be_written(
    tmp_path: Path, export: str
) -> None:
    aims, out = write_workspace(tmp_path / "aims"), tmp_path / "out"
    (out / "there").mkdir(parents=True)
    words = ["--replace"] if export == "xlsx" else []
    assert _run(export, aims, "--out", out / "there", *words) == 2
    assert _names(out) == set()
