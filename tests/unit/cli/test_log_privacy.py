"""`watchkeeper log disclose`, `check-disclosed` and `erase`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from typer.testing import CliRunner

from tests.worlds.bank import allowed, pay, signer
from tests.worlds.disk_bank import DiskBank, files_holding
from watchkeeper import wiring
from watchkeeper.cli.app import app
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.records.action import Status

PERSON = "maria.keller"
SECRET = "a passphrase"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one action about a person and one about nobody, and Ana's key on this machine."""
    # The commands go by the system's clock; records never go back in time.
    bank = DiskBank(tmp_path / "home", start=wiring.clock().wall().plus(-3600))
    for call in (pay(10, to="shop"), pay(20, to="clinic", note="knee", on_behalf_of=PERSON)):
        answer = allowed(bank.ask(call))
        bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"text": "done"}).wait(10)
    bank.close()
    people = tmp_path / "people"
    people.mkdir()
    pem = signer("ana")._key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode())
    )
    (people / "ana.key").write_bytes(pem)
    (people / "ana.key").chmod(0o600)
    monkeypatch.setenv("WATCHKEEPER_PEOPLE", str(people))
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", SECRET)
    return tmp_path / "home"


def run(*words: str | Path, code: int = 0, stdin: str = "") -> str:
    result = CliRunner().invoke(app, ["log", *map(str, words)], input=stdin)
    assert result.exit_code == code, (result.output, result.stderr)
    return result.stdout


def index_of(home: Path, number: int) -> int:
    """The index of the n-th allowed decision."""
    lines = run("show", home, "--kind", "decision", "--json").splitlines()
    return int(json.loads(lines[number])["index"])


def test_a_disclosed_value_checks_against_the_published_log(home: Path, tmp_path: Path) -> None:
    index, out = index_of(home, 1), tmp_path / "value.json"
    run("disclose", home, index, "onBehalfOf", "--out", out)
    said = parse_json(out.read_bytes())
    assert (said["index"], said["name"], said["value"]) == (index, "onBehalfOf", PERSON)
    assert f'this onBehalfOf: "{PERSON}"' in run("check-disclosed", out, home / "log")
    pinned = run("check-disclosed", out, home, "--vkey", home / "log" / "log.vkey", "--json")
    assert json.loads(pinned) == {
        "ok": True,
        "index": index,
        "name": "onBehalfOf",
        "value": PERSON,
        "pinned": True,
    }


@pytest.mark.parametrize("change", ["value", "name", "salt", "index"])
def test_another_value_is_found_out(home: Path, tmp_path: Path, change: str) -> None:
    index, out = index_of(home, 1), tmp_path / "value.json"
    run("disclose", home, index, "onBehalfOf", "--out", out)
    said = parse_json(out.read_bytes())
    changed: dict[str, Any] = {
        "value": "mario.keller",
        "name": "arg.note",
        "salt": "0" * 32,
        "index": index_of(home, 0),
    }
    said[change] = changed[change]
    out.write_bytes(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    run("check-disclosed", out, home, code=1)


def test_a_bundle_will_do_as_well(home: Path, tmp_path: Path) -> None:
    index, out, bundle = index_of(home, 1), tmp_path / "value.json", tmp_path / "evidence"
    run("disclose", home, index, "arg.note", "--out", out)
    run("bundle", home, "--out", bundle)
    assert 'this arg.note: "knee"' in run("check-disclosed", out, bundle)


def test_a_name_that_the_record_does_not_hide_is_answered_with_those_that_it_does(
    home: Path,
) -> None:
    result = CliRunner().invoke(app, ["log", "disclose", str(home), "2", "arg.nothing"])
    assert result.exit_code == 2
    assert "it hides: " in result.stderr


def test_a_dry_run_says_what_would_go_and_takes_nothing(home: Path) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*.seg")}
    found = json.loads(
        run("erase", home, "--subject", PERSON, "--by", "ana", "--dry-run", "--json")
    )
    assert found["payloads"] == 2
    assert found["erasures"] == []
    assert {path: path.read_bytes() for path in home.rglob("*.seg")} == before


def test_erasing_a_person_leaves_a_log_that_verifies(home: Path, tmp_path: Path) -> None:
    said = run("erase", home, "--subject", "-", "--why", "17", "--by", "ana", stdin=f"{PERSON}\n")
    assert said.startswith("2 payloads erased: records ")
    assert files_holding(home, PERSON) == []
    assert "2 payloads erased" in run("verify", home)
    again = run("erase", home, "--subject", PERSON, "--why", "17", "--by", "ana", "--json")
    assert json.loads(again)["payloads"] == 0
    bundle = tmp_path / "evidence"
    run("bundle", home, "--out", bundle, "--payloads")
    assert "everything that was checked holds" in run("verify", bundle)
    result = CliRunner().invoke(
        app, ["log", "disclose", str(home), str(index_of(home, 1)), "result"]
    )
    assert "was erased" in result.stderr


def test_an_index_an_age_and_what_is_due(home: Path) -> None:
    def erase(*words: str) -> dict[str, Any]:
        said = run("erase", home, *words, "--by", "ana", "--why", "mistake", "--json")
        [found] = json.loads(said)["shards"]
        return dict(found)

    index = index_of(home, 0)
    assert erase("--index", str(index))["spans"] == [[index, index + 2]]
    assert erase("--due")["payloads"] == 0
    assert erase("--older-than", "9d")["payloads"] == 0
    assert erase("--older-than", "2020-01-01")["payloads"] == 0
    # What was done an hour ago, and not the reason that was given just now.
    assert erase("--older-than", "30m")["payloads"] == 2
    assert "nothing is left" in run("erase", home, "--resume")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--due", "--subject", "x"),
        ("--subject", PERSON),
        ("--subject", PERSON, "--why", f"asked by {PERSON}"),
        ("--index", "a-b", "--why", "x"),
        ("--index", "1", "--why", "x"),
        ("--older-than", "soon", "--why", "x"),
        ("--older-than", "2200-01-01", "--why", "x"),
    ],
)
def test_what_does_not_say_enough_erases_nothing(home: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*.seg")}
    run("erase", home, *words, "--by", "ana", code=2)
    assert {path: path.read_bytes() for path in home.rglob("*.seg")} == before
