"""`do code` and `do passkeys` at a terminal, beside a gateway that runs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.console import open_console
from tests.worlds.till_workspace import till_files
from watchkeeper import wiring
from watchkeeper.cli.do import app

PASSPHRASE = "a passphrase of dan"


def _run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout


def test_a_code_brings_a_passkey_and_the_terminal_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHKEEPER_PEOPLE", str(tmp_path / "people"))
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", PASSPHRASE)
    (tmp_path / "people").mkdir(mode=0o700)
    public = wiring.create_person_key(tmp_path / "people/dan.key", PASSPHRASE)

    def files(till: Path, keys: Mapping[str, str], **more: Any) -> Mapping[str, str]:
        named = {**keys, "dan": base64.b64encode(public).decode()}
        return till_files(till, named, **more)

    with open_console(tmp_path / "w", files) as console:
        home = console.world.home
        code, out = _run("code", "--by", "dan", "--home", home, "--json")
        assert code == 0, out
        told = json.loads(out)
        assert told["console"] == console.place
        visitor, holder = console.visitor(), console.holder("dan")
        assert visitor.send_form("/sign-in/code", code=told["code"]).status_code == 303
        visitor.look()
        assert visitor.register(holder).status_code == 201

        assert holder.keyid[:8] in _run("passkeys", "--by", "dan", "--home", home)[1]
        assert _run("passkeys", "--by", "dan", "--home", home, "--revoke", "0" * 8)[0] != 0
        gone = ("--revoke", holder.keyid[:8], "--why", "lost")
        assert _run("passkeys", "--by", "dan", "--home", home, *gone)[0] == 0
        assert not visitor.signed_in
        # For somebody else it takes the role `release`, which Dan does not hold.
        assert _run("code", "ben", "--by", "dan", "--home", home)[0] != 0
    assert _run("code", "--by", "dan", "--home", home)[0] != 0
