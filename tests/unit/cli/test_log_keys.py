"""`log keys`, `rotate-key`, `revoke-key`, `adopt`: what a person types, and what comes back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.guarded import Shop
from tests.worlds.restored import at, open_till
from tests.worlds.token import make_token
from watchkeeper.cli import log as command
from watchkeeper.verify import verify_log


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = open_till(tmp_path)
    shop.guard.close()
    monkeypatch.setenv("WATCHKEEPER_PEOPLE", str(tmp_path / "people"))
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", "passphrase of the test")
    return shop


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_key_is_rotated_listed_and_revoked(shop: Shop) -> None:
    code, out, _ = run("keys", shop.home, "--json")
    old = json.loads(out)["record"][0]
    assert (code, old["counts"], old["lives"]) == (0, "from 0", "file:record.key")
    code, out, err = run("rotate-key", shop.home, "--by", "ana", "--why", "once a year")
    assert code == 0, err
    assert "signs records from 3 on" in out
    code, out, _ = run("keys", shop.home)
    assert f"record  {old['keyid']}  counts from 0 to before 3\n" in out
    assert out.count("file:") == 2
    arguments = ("revoke-key", old["keyid"], "--from", 2, "--home", shop.home, "--by", "ana")
    code, out, err = run(*arguments, "--why", "laptop lost", "--json")
    assert code == 0, err
    assert json.loads(out) == {"revoked": old["keyid"], "from": 2, "index": 3}
    found = verify_log(shop.home)
    assert {(finding.step, finding.index) for finding in found.findings} == {(16, 2)}


def test_the_old_key_is_destroyed_where_it_is_said(shop: Shop) -> None:
    code, _, err = run("rotate-key", shop.home, "--by", "ana", "--destroy-old")
    assert code == 0, err
    assert not list((shop.home / "keys").rglob("record.key"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rotate-key", "--by", "ben"), "does not hold the role"),
        (("rotate-key", "--by", "ana", "--to", "awskms:key"), "not where a key can live"),
        (("rotate-key", "--by", "ana", "--to", "file:nothing.key"), "can not read the key"),
    ],
)
def test_what_can_not_be_is_said_plainly(
    shop: Shop, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = run(arguments[0], shop.home, *arguments[1:])
    assert (code, out) == (2, "")
    assert message in err
    assert verify_log(shop.home).size == 2


def test_a_copy_is_adopted(shop: Shop, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(shop.home, clone)
    code, out, err = run("rotate-key", clone, "--by", "ana")
    assert (code, out) == (2, "")
    assert "restored or copied" in err
    assert "log adopt" in err
    code, out, err = run("adopt", clone, "--by", "ana", "--why", "", "--show")
    assert (code, out) == (0, "")
    assert "another machine or in another folder" in err
    code, out, err = run("adopt", clone, "--by", "ana", "--why", "a new disk")
    assert code == 0, err
    assert "adopted as record 2" in out
    assert verify_log(clone).ok
    code, _, err = run("adopt", clone, "--by", "ana", "--why", "again")
    assert code == 2
    assert "nothing speaks against" in err


def test_a_published_log_says_its_keys_too(shop: Shop) -> None:
    code, out, _ = run("keys", shop.home / "log", "--json")
    found = json.loads(out)
    assert code == 0
    assert "lives" not in found["record"][0]
    assert found["log"]["vkey"].startswith("test.example/shop/0+")


@pytest.mark.parametrize("name", ["keys", "rotate-key", "revoke-key", "adopt"])
def test_help_shows_how(name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert f"watchkeeper log {name}" in out


def test_a_bundle_of_what_the_new_key_signed_verifies_alone(shop: Shop, tmp_path: Path) -> None:
    for person in ("ana", "ana"):
        assert run("rotate-key", shop.home, "--by", person)[0] == 0
    later = at(shop, shop.home)
    later.call(to="a", amount=4.0)
    later.guard.close()
    out = tmp_path / "evidence.zip"
    code, _, err = run("bundle", shop.home, "--out", out, "--index", "5-5")
    assert code == 0, err
    code, text, err = run("verify", out)
    assert code == 0, text + err
    assert "3 record keys" in text


def test_a_new_home_takes_its_keys_from_where_they_live(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchkeeper.cli.app import app

    token = make_token(tmp_path / "token", monkeypatch)
    token.make_key("records", b"\x01")
    token.make_key("log", b"\x02")
    home = tmp_path / "second"
    arguments = ["plan", "release", str(tmp_path / "aims"), "--home", str(home), "--by", "ana"]
    keys = ["--record-key", token.uri("records"), "--log-key", token.uri("log")]
    done = CliRunner().invoke(app, [*arguments, *keys])
    assert done.exit_code == 0, done.stderr
    assert not list((home / "keys").glob("*.key"))
    _, out, _ = run("keys", home, "--json")
    assert json.loads(out)["log"]["lives"] == token.uri("log")
    assert verify_log(home).ok
    done = CliRunner().invoke(app, [*arguments, *keys])
    assert done.exit_code == 2
    assert "has its keys already" in done.stderr
