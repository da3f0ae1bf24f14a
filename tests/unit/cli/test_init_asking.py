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


def at_a_terminal(folder: Path, answers: bytes, *words: str) -> tuple[int, str]:
    """Run `init` with somebody at a terminal who types all of that at once."""
    mine, its = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "watchkeeper", "init", str(folder), *words],
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(its)
        os.write(mine, answers)
        _, asked = process.communicate(timeout=60)
    os.close(mine)
    return process.returncode, asked.decode()


def test_at_a_terminal_it_asks_for_what_no_flag_says(tmp_path: Path) -> None:
    answers = b"hospital\nback-office\n  \nAlder & Sons\nana\n\n"
    code, asked = at_a_terminal(tmp_path / "aims", answers, "--name", 'Ana: "A"')
    assert code == 0, asked
    questions = ("are the agents for", "organisation called", "id in the plan", "log be called")
    assert all(question in asked for question in questions)
    assert "What is your name" not in asked
    bundle = compile_folder(tmp_path / "aims")
    assert bundle.organisation == "Alder & Sons"
    assert [(person.id, person.name) for person in bundle.people] == [("ana", 'Ana: "A"')]
    assert "origin: alder-sons.example/back-office" in (tmp_path / "aims/aims.yaml").read_text()


def test_an_answer_that_does_not_fit_is_asked_for_again(tmp_path: Path) -> None:
    answers = "Grün 株式会社\nMe\n../me\nana\nno origin+\n\n".encode()
    code, asked = at_a_terminal(tmp_path / "aims", answers, "--from", "coding")
    assert code == 0, asked
    assert "`../me`: an id has small letters" in asked
    assert "`no origin+`: a name like `example.com/desk`" in asked
    assert "origin: grun.example/coding" in (tmp_path / "aims/aims.yaml").read_text("utf-8")


def test_who_breaks_off_finds_nothing_written(tmp_path: Path) -> None:
    end_of_input = b"\x04"
    code, asked = at_a_terminal(tmp_path / "aims", b"Alder\n" + end_of_input, "--from", "coding")
    assert (code, "watchkeeper: interrupted" in asked) == (2, True), asked
    assert not (tmp_path / "aims").exists()


def test_nothing_is_asked_for_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    code, asked = at_a_terminal(tmp_path, b"", "--from", "coding")
    assert (code, "is not empty" in asked, "organisation" in asked) == (2, True, False)
    code, asked = at_a_terminal(tmp_path / "notes.txt", b"", "--from", "coding")
    assert (code, "is a file" in asked) == (2, True)


def test_a_folder_under_version_control_is_begun_in(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    code, _, err = init(tmp_path, "--from", "coding", "--yes")
    assert (code, "begun from coding" in err) == (0, True)


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
