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
from tests.worlds.rolled import move_away
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


@pytest.fixture
def two(home: Path) -> Path:
    """The same home in its second shard, where the person occurs again and an effect comes late."""
    bank = DiskBank(home.parent / "two", start=wiring.clock().wall().plus(-3600))
    first = [
        allowed(bank.ask(pay(n, to="clinic", note=str(n), on_behalf_of=PERSON))) for n in (1, 2)
    ]
    bank.kernel.finish(first[0], Status.SUCCEEDED, first[0].at, {"text": "done"}).wait(10)
    bank.roll()
    last = allowed(bank.ask(pay(3, to="clinic", note="3", on_behalf_of=PERSON)))
    for answer in (first[1], last):
        bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"text": PERSON}).wait(10)
    bank.close()
    return bank.path


def test_a_person_is_looked_for_in_every_shard_and_erased_from_each(two: Path) -> None:
    words = ("erase", two, "--subject", PERSON, "--by", "ana", "--why", "17")
    found = json.loads(run(*words, "--dry-run", "--json"))
    assert found["payloads"] == 6
    assert [(one["shard"], one["spans"]) for one in found["shards"]] == [
        (0, [[2, 5]]),
        (1, [[1, 4]]),
    ]
    said = run(*words)
    assert said.splitlines() == [
        "6 payloads erased",
        "  3 in shard 0: records 0.2-4",
        "  3 in shard 1: records 1-3",
    ]
    assert files_holding(two, PERSON) == []
    assert "3 payloads erased" in run("verify", two)
    assert "of 3 payloads of shard 0 (subject)" in run("show", two)


def test_a_record_of_an_older_shard_by_its_index(two: Path) -> None:
    found = json.loads(
        run("erase", two, "--index", "0.3", "--by", "ana", "--why", "mistake", "--json")
    )
    assert [(one["shard"], one["spans"]) for one in found["shards"]] == [
        (0, [[3, 4]]),
        (1, [[2, 3]]),
    ]
    assert len(found["erasures"]) == 2
    result = CliRunner().invoke(app, ["log", "disclose", str(two), "3", "result", "--shard", "0"])
    assert "see record 1/" in result.stderr
    run("erase", two, "--index", "7.3", "--by", "ana", "--why", "mistake", code=2)
    run("verify", two)


def test_a_shard_that_is_not_here_is_named_loudly(two: Path, tmp_path: Path) -> None:
    move_away(two, tmp_path / "cold")
    words = ["log", "erase", str(two), "--subject", PERSON, "--by", "ana", "--why", "17"]
    result = CliRunner().invoke(app, [*words, "--dry-run"])
    assert result.exit_code == 1
    said = "not erased: shard 0 of this log is not here; put it back and run this again"
    assert said in result.stderr.replace("\n", " ")
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["notErased"] == [0]


def test_a_bundle_of_a_shard_that_a_later_one_erased_from_says_so(
    two: Path, tmp_path: Path
) -> None:
    run("erase", two, "--subject", PERSON, "--by", "ana", "--why", "17")
    words = ["log", "bundle", str(two), "--payloads", "--shard", "0", "--out", str(tmp_path / "x")]
    result = CliRunner().invoke(app, [*words, "--json"])
    assert "3 payloads were erased by records of shard 1" in result.stderr
    assert json.loads(result.stdout)["erasedLater"] == [[1, 3]]
    said = run("verify", tmp_path / "x")
    assert "whether a later shard erased" in " ".join(said.split())


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--due", "--subject", "x"),
        ("--subject", PERSON),
        ("--subject", PERSON, "--why", f"asked by {PERSON}"),
        ("--index", "a-b", "--why", "x"),
        ("--index", "4000", "--why", "x"),
        ("--index", "4000", "--dry-run"),
        ("--index", "2-4000", "--why", "x"),
        ("--index", "1", "--why", "x"),
        ("--older-than", "soon", "--why", "x"),
        ("--older-than", "2200-01-01", "--why", "x"),
    ],
)
def test_what_does_not_say_enough_erases_nothing(home: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*.seg")}
    run("erase", home, *words, "--by", "ana", code=2)
    assert {path: path.read_bytes() for path in home.rglob("*.seg")} == before


def test_a_record_that_is_not_there(home: Path) -> None:
    words = ["log", "erase", str(home), "--index", "4000", "--why", "x", "--by", "ana"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "there is no record 4000 in shard 0, which ends with" in result.stderr
