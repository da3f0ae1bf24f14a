"""`do mandates`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.disk_bank import DiskBank
from tests.worlds.tasks import TASK, opened, tasks_bundle
from tests.worlds.terminal import at_a_terminal
from watchkeeper import wiring
from watchkeeper.cli.app import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an open task, and the keys of Ana and Ben on this machine."""
    bank = DiskBank(tmp_path / "home", tasks_bundle(), start=wiring.clock().wall().plus(-60))
    opened(bank, {"resources": ["very-telling"]})
    bank.close()
    at_a_terminal(tmp_path, tmp_path / "home", monkeypatch, ("ana", "ben"))
    return tmp_path / "home"


def do(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["do", "mandates", *words])
    assert result.exit_code == code, (result.output, result.stderr)
    return result.output


def test_open_tasks_are_listed_and_ended() -> None:
    said = do("--by", "ben")
    assert TASK in said
    assert "payer  bank/pay  by desk-app" in said
    (listed,) = json.loads(do("--by", "ben", "--json"))
    assert (listed["id"], listed["agent"]) == (TASK, "payer")
    assert "very-telling" not in said + json.dumps(listed)
    do("--end", TASK, "--by", "ben", code=2)
    assert do("--end", TASK, "--by", "ana", "--why", "withdrawn") == f"{TASK} has ended\n"
    assert json.loads(do("--by", "ana", "--json")) == []
    do("--end", TASK, "--by", "ana", code=2)
