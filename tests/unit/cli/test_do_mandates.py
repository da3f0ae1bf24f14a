"""`do mandates`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from typer.testing import CliRunner

from tests.worlds.bank import signer
from tests.worlds.disk_bank import DiskBank
from tests.worlds.tasks import TASK, opened, tasks_bundle
from watchkeeper import wiring
from watchkeeper.cli.app import app

SECRET = "a passphrase"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an open task, and the keys of Ana and Ben on this machine."""
    bank = DiskBank(tmp_path / "home", tasks_bundle(), start=wiring.clock().wall().plus(-60))
    opened(bank, {"resources": ["very-telling"]})
    bank.close()
    people = tmp_path / "people"
    people.mkdir()
    for name in ("ana", "ben"):
        pem = signer(name)._key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode())
        )
        (people / f"{name}.key").write_bytes(pem)
        (people / f"{name}.key").chmod(0o600)
    monkeypatch.setenv("WATCHKEEPER_PEOPLE", str(people))
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", SECRET)
    monkeypatch.setenv("WATCHKEEPER_HOME", str(tmp_path / "home"))
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
