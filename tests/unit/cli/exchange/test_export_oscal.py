"""`watchkeeper plan export oscal`: what it writes, what it checks, and how it ends."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.bank import signer
from tests.worlds.exchanged import REFUND_DESK
from tests.worlds.restored import open_till
from tests.worlds.terminal import at_a_terminal
from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.plan.draft.person_key import add_person_key
from watchkeeper.plan.exchange.oscal.names import CATALOGS, COMPONENTS, ISO, ITEMS, OWN, PROFILE


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["export", "oscal", *(str(word) for word in words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_same_plan_and_moment_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        code, out, _ = run(REFUND_DESK, "--out", tmp_path / name, "--at", "2027-01-31")
        assert code == 0
        assert PROFILE in out
    first, second = (
        {path.name + path.parent.name: path.read_bytes() for path in (tmp_path / x).rglob("*.json")}
        for x in ("a", "b")
    )
    assert first == second
    assert len(first) >= 4
    code, _, err = run("--check", tmp_path / "a")
    assert code == 0
    assert "0 lead nowhere, 0 not checked" in err


def test_what_has_nothing_to_say_is_not_written_and_an_older_one_goes(tmp_path: Path) -> None:
    folder, out = tmp_path / "aims", tmp_path / "out"
    write_workspace(folder)
    assert run(folder, "--out", out)[0] == 0
    assert (out / PROFILE).exists()
    write_workspace(folder, {"soa.yaml": "rows: []\n"})
    code, said, err = run(folder, "--out", out, "--json", "--at", "2027-01-31T10:00:00Z")
    assert code == 0
    assert json.loads(said)["written"] == sorted([CATALOGS[ISO], CATALOGS[OWN], COMPONENTS])
    assert json.loads(said)["at"] == "2027-01-31T10:00:00.000000Z"
    assert not (out / PROFILE).exists()
    assert err == ""


def test_the_profile_says_which_version_was_approved_by_whom(tmp_path: Path) -> None:
    folder = ManagedWorkspace().write(tmp_path / "aims")
    assert _statement(folder, tmp_path / "out") == {
        "statement-version": "1",
        "approved-by": "ben",
        "approved": "2026-10-01",
    }
    text = (folder / "soa.yaml").read_text(encoding="utf-8")
    (folder / "soa.yaml").write_text(text.replace("It pays.", "Why not.", 1), encoding="utf-8")
    assert _statement(folder, tmp_path / "out")["approval"] == "of-other-rows"


def _statement(folder: Path, out: Path) -> dict[str, str]:
    assert run(folder, "--out", out)[0] == 0
    metadata = json.loads((out / PROFILE).read_text())["profile"]["metadata"]
    said = {one["name"]: one["value"] for one in metadata["props"]}
    return {name: value for name, value in said.items() if name.startswith(("appr", "statement"))}


def test_titles_only_and_nothing_is_satisfied(tmp_path: Path) -> None:
    run(REFUND_DESK, "--out", tmp_path)
    catalog = json.loads((tmp_path / CATALOGS[ISO]).read_bytes())["catalog"]
    controls = [control for group in catalog["groups"] for control in group["controls"]]
    assert len(controls) == 38
    assert {key for control in controls for key in control} == {"id", "title", "props"}
    components = (tmp_path / COMPONENTS).read_text()
    assert "satisfied" not in components
    assert "not-measured" in components


def test_check_of_what_others_wrote(tmp_path: Path) -> None:
    run(REFUND_DESK, "--out", tmp_path)
    text = (tmp_path / PROFILE).read_text().replace('"a.2.2"', '"a.2.9"', 1)
    (tmp_path / PROFILE).write_text(text)
    code, out, _ = run("--check", tmp_path)
    assert code == 1
    assert "leads nowhere" in out
    assert "a.2.9" in out
    code, out, _ = run("--check", tmp_path, "--json")
    assert json.loads(out)["broken"][0]["file"] == PROFILE
    assert code == 1


def test_it_can_not_run(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x.json").write_text('{"catalog": {}, "catalog": {}}')
    deep = tmp_path / "deep"
    deep.mkdir()
    (deep / "x.json").write_text("[" * 5_000)
    for words in (
        (REFUND_DESK,),
        (tmp_path, "--out", tmp_path / "x"),
        (REFUND_DESK, "--out", tmp_path / "x", "--at", "yesterday"),
        ("--check", tmp_path / "none"),
        ("--check", tmp_path / "empty"),
        ("--check", tmp_path / "bad"),
        ("--check", deep),
    ):
        code, out, err = run(*words)
        assert (code, out) == (2, ""), words
        assert err
    assert not (tmp_path / "x").exists()


def test_what_the_records_show_stands_beside_what_the_plan_says(tmp_path: Path) -> None:
    shop = open_till(tmp_path)
    shop.call(to="a", amount=4.0)
    shop.guard.close()
    folder, out = tmp_path / "aims", tmp_path / "out"
    code, said, err = run(folder, "--out", out, "--home", shop.home, "--json")
    assert code == 0, err
    document = json.loads((out / COMPONENTS).read_bytes())["component-definition"]
    assert document["metadata"]["last-modified"] == json.loads(said)["at"]
    (policies,) = (one for one in document["components"] if one["type"] == "policy")
    requirements = [
        one
        for each in policies["control-implementations"]
        for one in each["implemented-requirements"]
    ]
    said_of = [
        {(one.get("group"), one["name"]): one["value"] for one in each["props"]}
        for each in requirements
    ]
    assert {one["plan", "class"] for one in said_of} == {"configuration"}
    assert {one["plan", "origin"] for one in said_of} == {"attested"}
    assert {one["log", "class"] for one in said_of} == {"runtime"}
    assert {one["log", "origin"] for one in said_of} == {"captured"}
    assert "in-process-only" in {one["log", "state"] for one in said_of}
    assert "enforced" not in {one["log", "state"] for one in said_of}
    aims = folder / "aims.yaml"
    aims.write_text(aims.read_text().replace("scope: ", "scope: More. ", 1))
    code, _, err = run(folder, "--out", out, "--home", shop.home)
    assert code == 2
    assert "another one than this workspace makes" in err
    code, _, err = run(shop.home, "--out", out)
    assert code == 2
    assert "says nothing of a management system" in err


def test_what_was_released_goes_out_of_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, home = ManagedWorkspace().write(tmp_path / "aims"), tmp_path / "home"
    add_person_key(folder, "ana", base64.b64encode(signer("ana").public_key).decode())
    at_a_terminal(tmp_path, home, monkeypatch, ["ana"])
    done = CliRunner().invoke(app, ["release", str(folder), "--home", str(home), "--by", "ana"])
    assert done.exit_code == 0, done.stderr
    assert run(folder, "--out", tmp_path / "files", "--home", home)[0] == 0
    assert run(home, "--out", tmp_path / "home-out")[0] == 0
    for path in (tmp_path / "files").rglob("*.json"):
        other = tmp_path / "home-out" / path.relative_to(tmp_path / "files")
        assert path.read_bytes() == other.read_bytes()
    assert (tmp_path / "home-out" / ITEMS).exists()
