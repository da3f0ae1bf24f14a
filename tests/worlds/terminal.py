"""A person's terminal: keys on this machine, and a home that the commands find."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from typer.testing import CliRunner

from tests.worlds.bank import signer
from watchkeeper.cli.app import app

SECRET = "a passphrase"


def at_a_terminal(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch, names: Iterable[str]
) -> None:
    """Put these people's keys on this machine, and name the home."""
    people = folder / "people"
    people.mkdir()
    for name in names:
        pem = signer(name)._key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode())
        )
        (people / f"{name}.key").write_bytes(pem)
        (people / f"{name}.key").chmod(0o600)
    monkeypatch.setenv("WATCHKEEPER_PEOPLE", str(people))
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", SECRET)
    monkeypatch.setenv("WATCHKEEPER_HOME", str(home))


def do(*words: str, code: int = 0) -> str:
    """Type `watchkeeper do ...`; return what is printed."""
    result = CliRunner().invoke(app, ["do", *words])
    assert result.exit_code == code, (result.output, result.stderr)
    return result.output
