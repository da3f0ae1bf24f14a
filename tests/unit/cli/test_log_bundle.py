from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.bundles import members_of, open_desk
from tests.worlds.guarded import Shop
from watchkeeper.cli import check as checking
from watchkeeper.cli import log as command
from watchkeeper.verify import __main__ as alone


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_desk(tmp_path_factory.mktemp("bundle"))


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_made_and_verified(shop: Shop, tmp_path: Path) -> None:
    out = tmp_path / "a.wkb"
    code, said, _ = run("bundle", shop.home, "--out", out)
    assert (code, said.strip()) == (0, f"{out}: 14 of 14 records in 1 runs, 1 plans, 0 disclosed")
    vkey = shop.home / "log/log.vkey"
    code, said, _ = run("verify", out, "--vkey", vkey, "--older", shop.home / "log/checkpoint")
    assert code == 0
    assert said.startswith("test.example/shop/0: 14 of 14 records, root ")
    assert "everything that was checked holds" in said


def test_as_json(shop: Shop, tmp_path: Path) -> None:
    out = tmp_path / "a.wkb"
    code, said, _ = run("bundle", shop.home, "--out", out, "--decision", 10, "--json")
    assert code == 0
    assert json.loads(said) == {
        "file": str(out),
        "records": 6,
        "of": 14,
        "runs": 2,
        "plans": 1,
        "disclosed": 0,
        "behind": 0,
        "erasedLater": [],
    }
    code, said, _ = run("verify", out, "--json")
    found = json.loads(said)
    assert (code, found["ok"], found["held"], found["size"]) == (0, True, 6, 14)


def test_indexes_are_both_included(shop: Shop, tmp_path: Path) -> None:
    out = tmp_path / "a.wkb"
    assert run("bundle", shop.home, "--out", out, "--index", "2-4", "--no-plans")[0] == 0
    manifest = json.loads(members_of(out)["manifest.json"])
    assert manifest["chosen"] == [2, 3, 4]
    assert manifest["selection"]["index"] == [2, 5]
    assert not [name for name in manifest["files"] if name.startswith("plans/")]
    code, said, _ = run("verify", out)
    assert code == 0
    assert "1 of 1 plans are not published" in said


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-06-01", "2026-06-01T00:00:00.000000Z"),
        ("2026-06-01T08:00:00Z", "2026-06-01T08:00:00.000000Z"),
        ("2026-06-01T08:00:00.5+02:00", "2026-06-01T06:00:00.500000Z"),
    ],
)
def test_times(shop: Shop, tmp_path: Path, since: str, expected: str) -> None:
    out = tmp_path / "a.wkb"
    words = ("--since", since, "--until", "2999-01-01")
    assert run("bundle", shop.home, "--out", out, *words)[0] == 0
    selection = json.loads(members_of(out)["manifest.json"])["selection"]
    assert selection["since"] == expected
    assert run("verify", out)[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "yesterday"),
        ("--index", "4"),
        ("--index", "4-2"),
        ("--index", "100-200"),
        ("--decision", "99"),
        ("--system", "no-such-system"),
        ("--payloads", "--disclose", "arg.to"),
    ],
)
def test_what_can_not_be_done(shop: Shop, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said, told = run("bundle", shop.home, "--out", tmp_path / "a.wkb", *words)
    assert (code, said) == (2, "")
    assert told.startswith("watchkeeper: ")
    assert list(tmp_path.iterdir()) == []


def test_where_it_can_not_be_written(shop: Shop, tmp_path: Path) -> None:
    for out in (tmp_path / "nowhere/a.wkb", tmp_path):
        code, _, told = run("bundle", shop.home, "--out", out)
        assert code == 2
        assert told.startswith("watchkeeper: ")
    code, _, told = run("bundle", tmp_path / "nothing", "--out", tmp_path / "a.wkb")
    assert code == 2


def test_a_file_is_replaced_only_if_forced(shop: Shop, tmp_path: Path) -> None:
    out = tmp_path / "a.wkb"
    out.write_text("mine")
    code, _, told = run("bundle", shop.home, "--out", out)
    assert code == 2
    assert "--force" in told
    assert out.read_text() == "mine"
    assert run("bundle", shop.home, "--out", out, "--force")[0] == 0
    assert run("verify", out)[0] == 0


def test_replayed_and_shown(shop: Shop, tmp_path: Path) -> None:
    out = tmp_path / "a.wkb"
    assert run("bundle", shop.home, "--out", out, "--payloads", "--decision", 10)[0] == 0
    done = CliRunner().invoke(checking.app, ["replay", str(out), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["answers"]["same"] == 2
    code, said, _ = run("show", out)
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["0", "1", "8", "9", "10", "11"]
    done = CliRunner().invoke(checking.app, ["gap", str(out)])
    assert done.exit_code == 2


def test_a_part_does_not_advance_what_was_kept(tmp_path: Path) -> None:
    shop = open_desk(tmp_path)
    kept, out = tmp_path / "kept", tmp_path / "a.wkb"
    assert run("bundle", shop.home, "--out", out)[0] == 0
    assert run("verify", out, "--keep", kept)[0] == 0
    before = kept.read_bytes()
    shop.call("customer-9", 9)
    shop.guard.close()
    assert run("bundle", shop.home, "--out", out, "--decision", 10, "--force")[0] == 0
    code, _, told = run("verify", out, "--keep", kept)
    assert code == 0
    assert "does not show that it extends" in told
    assert kept.read_bytes() == before
    assert run("bundle", shop.home, "--out", out, "--force")[0] == 0
    assert run("verify", out, "--keep", kept)[0] == 0
    assert kept.read_bytes() == (shop.home / "log/checkpoint").read_bytes() != before


def test_the_verifier_alone_says_the_same(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, kept = tmp_path / "a.wkb", tmp_path / "kept"
    assert run("bundle", shop.home, "--out", out, "--decision", 10)[0] == 0
    vkey, pem = (shop.home / "log" / name for name in ("log.vkey", "records.pem"))
    words = (str(out), "--vkey", str(vkey), "--records-key", str(pem), "--keep", str(kept))
    assert alone.main([*words, "--json"]) == 0
    said, told = capsys.readouterr()
    _, theirs, _ = run("verify", out, "--vkey", vkey, "--records-key", pem, "--json")
    assert json.loads(said) == json.loads(theirs)
    assert "kept" in told
    assert kept.read_bytes() == (shop.home / "log/checkpoint").read_bytes()
    assert alone.main([str(tmp_path / "nothing")]) == 2
    assert alone.main([str(out), "--vkey", "another+00000000+AAAA"]) == 2
