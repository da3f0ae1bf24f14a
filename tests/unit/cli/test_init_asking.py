"""`init --from`: at a terminal it asks, in a pipe it says what it takes; a folder of mine stays."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from watchkeeper.cli.app import app
from watchkeeper.plan.whole import compile_folder


def init(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["init", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_at_a_terminal_it_asks_for_what_no_flag_says(tmp_path: Path) -> None:
    mine, its = pty.openpty()
    command = [sys.executable, "-m", "watchkeeper", "init", str(tmp_path / "aims")]
    with subprocess.Popen(
        [*command, "--from", "back-office", "--name", 'Ana: "A"'],
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(its)
        os.write(mine, b"Alder & Sons\nana\n\n")
        _, asked = process.communicate(timeout=60)
    os.close(mine)
    assert process.returncode == 0, asked
    questions = ("organisation called", "id in the plan", "shall the log be called")
    assert all(question in asked.decode() for question in questions)
    assert "What is your name" not in asked.decode()
    bundle = compile_folder(tmp_path / "aims")
    assert bundle.organisation == "Alder & Sons"
    assert [(person.id, person.name) for person in bundle.people] == [("ana", 'Ana: "A"')]
    assert "origin: alder-sons.example/back-office" in (tmp_path / "aims/aims.yaml").read_text()


def test_in_a_pipe_it_takes_what_is_usual_and_says_so(tmp_path: Path) -> None:
    code, out, err = init(tmp_path / "a b", "--from", "coding", "--organisation", "A", "--json")
    said = json.loads(out)
    assert code == 0
    assert "taken: name `Me`, person `me`, origin `a.example/coding`" in err
    assert said["origin"] == "a.example/coding"
    assert all(Path(file).is_file() for file in said["files"])
    assert said["plan"] is not None


def test_what_is_next_can_be_copied_for_a_folder_with_spaces(tmp_path: Path) -> None:
    code, _, err = init(tmp_path / "a b", "--from", "coding", "--yes")
    assert (code, f"plan lint '{tmp_path}/a b'" in err) == (0, True)
    assert "say which model the agent is" in err
    assert f"plan sign-off --by me --workspace '{tmp_path}/a b'" in err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--from", "hospital"], "one of: customer-service, coding, back-office"),
        (["--from", "coding", "--mcp", "python server.py"], "give one of them"),
        (["--from", "coding", "--stage", "live"], "`--stage`"),
        (["--from", "coding", "--person", "../me"], "`--person`"),
        ([], "nothing to begin from"),
    ],
    ids=str,
)
def test_what_can_not_be_begun_is_said_and_writes_nothing(
    words: list[str], why: str, tmp_path: Path
) -> None:
    code, _, err = init(tmp_path / "aims", *words)
    assert code == 2
    assert why in err
    assert not (tmp_path / "aims").exists()


def test_over_a_workspace_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "aims.yaml").write_text("organisation: mine\n")
    code, _, err = init(tmp_path, "--from", "coding")
    assert code == 2
    assert "is not empty" in err
    assert [file.name for file in tmp_path.iterdir()] == ["aims.yaml"]
