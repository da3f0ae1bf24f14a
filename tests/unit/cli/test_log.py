from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.homes import Story
from watchkeeper.cli import log as command
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ledger.proof import parse_proof, verify_proof
from watchkeeper.verify.report import TITLES


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    story = Story(tmp_path_factory.mktemp("cli") / "home")
    story.reopen()
    story.day()
    story.log.close()
    return story.path


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_verify(home: Path) -> None:
    kept = home / "log/checkpoint"
    code, out, _ = run(
        "verify", home, "--vkey", home / "log/log.vkey", "--records-key",
        home / "log/records.pem", "--older", kept,
    )  # fmt: skip
    assert code == 0
    assert "UNWITNESSED" in out
    assert "everything that was checked holds" in out
    code, out, _ = run("verify", home / "log", "--json")
    found = json.loads(out)
    assert (code, found["ok"], found["pinned"]) == (0, True, False)
    assert [step["number"] for step in found["steps"]] == list(TITLES)


def test_verify_with_another_key_fails(home: Path, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.log.close()
    code, out, _ = run("verify", home, "--vkey", other.path / "log/log.vkey")
    assert code == 1
    assert "does NOT hold" in out
    assert "step 2" in out


@pytest.mark.parametrize("arguments", [("verify",), ("show",), ("checkpoint",)])
def test_what_is_no_log_can_not_be_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, _, err = run(*arguments, tmp_path / "nothing")
    assert code == 2
    assert err.startswith("watchkeeper: ")


def test_show(home: Path) -> None:
    code, out, _ = run("show", home, "--kind", "verdict", "--kind", "stop", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["kind"] for line in lines] == ["verdict", "verdict", "stop"]
    assert lines[0]["predicate"]["reviewer"] == "anna"
    _, out, _ = run("show", home / "log", "--since-index", 3, "--limit", 2)
    assert [line.split()[0] for line in out.splitlines()] == ["3", "4"]
    _, everything, _ = run("show", home)
    assert len(everything.splitlines()) == 19


def test_proof(home: Path, tmp_path: Path) -> None:
    code, out, _ = run("proof", home, 5, "--out", tmp_path / "for-anna")
    assert code == 0
    proof_file, envelope_file = (Path(line) for line in out.splitlines())
    key = parse_vkey((home / "log/log.vkey").read_text())
    checkpoint = verify_proof(parse_proof(proof_file.read_bytes()), envelope_file.read_bytes(), key)
    assert checkpoint.size == 19
    code, _, err = run("proof", home, 500, "--out", tmp_path)
    assert code == 2
    assert "500" in err


def test_checkpoint(home: Path, tmp_path: Path) -> None:
    code, out, _ = run("checkpoint", home, "--vkey", home / "log/log.vkey")
    assert (code, out.encode()) == (0, (home / "log/checkpoint").read_bytes())
    other = Story(tmp_path / "other")
    other.log.close()
    code, out, err = run("checkpoint", home, "--vkey", other.path / "log/log.vkey")
    assert (code, out) == (1, "")
    assert "not signed by the expected key" in err
