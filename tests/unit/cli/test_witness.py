from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.homes import Story
from watchkeeper.cli import witness as command
from watchkeeper.ledger.note import COSIGNATURE, parse_vkey
from watchkeeper.ledger.witness.policy import parse_policy


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_witness_is_made_and_knows_logs(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    folder, vkey = tmp_path / "w1", story.path / "log/log.vkey"
    code, out, _ = run("init", folder, "--name", "witness.example/w1")
    assert code == 0
    assert (parse_vkey(out).name, parse_vkey(out).kind) == ("witness.example/w1", COSIGNATURE)
    assert run("vkey", folder) == (0, out, "")
    assert (folder / "keys/witness.key").stat().st_mode & 0o777 == 0o600
    code, _, err = run("add-log", folder, vkey)
    assert (code, "acme.example/refunds/0" in err) == (0, True)
    policy = parse_policy((folder / "logs.policy").read_bytes())
    assert [str(log.key) for log in policy.logs] == [vkey.read_text().strip()]


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "there", "--name", "again"),
        ("init", "new", "--name", "a b"),
        ("vkey", "nothing"),
        ("add-log", "nothing", "a+b+c"),
        ("add-log", "there", "a+b+c"),
        ("add-log", "there", "no-such-file"),
        ("serve", "nothing", "--port", "0"),
    ],
)
def test_what_can_not_be_done_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", "there", "--name", "witness.example/w")[0] == 0
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("watchkeeper: ")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    assert run("init", tmp_path / "w", "--name", "witness.example/w")[0] == 0
    (tmp_path / "w/keys/witness.key").chmod(0o644)
    code, _, err = run("serve", tmp_path / "w", "--port", "0")
    assert code == 2
    assert "others may use" in err
