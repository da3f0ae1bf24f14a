"""What another log shows is evidence of another's: only the log of the workspace itself counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.aims_desk import managed_plan, on_disk
from watchkeeper.cli.app import app

VERBS = {
    "clauses": (),
    "ready": ("--audit", "2027-09-01"),
    "scope": (),
    "risks": (),
    "view": ("nist-ai-rmf",),
    "control": ("limits",),
}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a home, a workspace whose log it is, and one whose log it is not."""
    root = tmp_path_factory.mktemp("homes")
    bank = on_disk(root / "home")(managed_plan())
    bank.log.publish_now()
    ManagedWorkspace().change("aims", origin=bank.log.origin.rpartition("/")[0]).write(
        root / "aims"
    )
    ManagedWorkspace().change("aims", origin="example.net/another").write(root / "another")
    yield root
    bank.log.close()


def _run(verb: str, folder: Path, *words: object) -> Any:
    said = [verb, *VERBS[verb], str(folder), *map(str, words)]
    done = CliRunner().invoke(app, ["plan", *said])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done


@pytest.mark.parametrize("verb", VERBS)
def test_a_log_of_another_origin_is_refused(verb: str, homes: Path) -> None:
    done = _run(verb, homes / "another", "--home", homes / "home")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "name its own log" in done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_no_log_is_looked_at_that_nobody_named(
    verb: str, homes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(homes)
    monkeypatch.delenv("WATCHKEEPER_HOME", raising=False)
    assert json.loads(_run(verb, Path("aims"), "--json").stdout)["home"] is None


def test_what_lies_there_is_named_and_what_was_named_is_said(
    homes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(homes)
    monkeypatch.delenv("WATCHKEEPER_HOME", raising=False)
    assert "one lies in `home`" in _run("clauses", Path("aims")).stderr
    monkeypatch.setenv("WATCHKEEPER_HOME", "home")
    done = _run("clauses", Path("aims"))
    assert "the log in `home`, as WATCHKEEPER_HOME says" in done.stderr
    assert json.loads(_run("clauses", Path("aims"), "--json").stdout)["home"] == "home"
    assert _run("clauses", Path("another")).exit_code == 2
    monkeypatch.setenv("WATCHKEEPER_HOME", "nowhere")
    done = _run("clauses", Path("aims"))
    assert (done.exit_code, "which WATCHKEEPER_HOME names" in done.stderr) == (2, True)
    done = _run("clauses", Path("aims"), "--home", "aims")
    assert done.exit_code == 2
