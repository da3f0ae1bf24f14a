"""`watchkeeper plan standards` and `plan view`: what is printed, and the three exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.cli.plan import app

WRONG = Path(__file__).parents[2] / "cases" / "plan" / "mapping" / "items.yaml"


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def aims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ManagedWorkspace().write(tmp_path_factory.mktemp("aims"))


def test_the_list_of_standards() -> None:
    code, out, _ = run("standards")
    assert code == 0
    assert "unverified: art-40, art-43, art-47, art-48, art-49" in out
    code, out, _ = run("standards", "--json")
    assert json.loads(out)[0]["name"] == "iso42001"


def test_one_item_with_what_points_at_it(aims: Path) -> None:
    code, out, err = run("standards", "9.2.2", "--workspace", aims)
    assert (code, err) == (0, "")
    assert "audits/2026.yaml:1  audit: answers it" in out
    code, out, _ = run("standards", "A.9.4", "--workspace", aims, "--json")
    (found,) = json.loads(out)
    assert "soa.yaml" in {one["file"] for one in found["pointers"]}


def test_a_clause_that_a_finding_names(aims: Path) -> None:
    _, out, _ = run("standards", "9.1", "--workspace", aims)
    assert "findings/late-note.yaml:" in out
    assert "  clause" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["A.5.1"], "none of the standards has `A.5.1`"),
        (["A.9.3", "--standard", "eu_ai_act"], "EU AI Act, Regulation (EU) 2024/1689 has no"),
        (["--standard", "iso9001"], "unknown standard `iso9001`"),
        (["--check", "nowhere.md"], "nowhere.md"),
        (["--check", "."], "."),
    ],
)
def test_what_can_not_be_shown(arguments: list[str], words: str) -> None:
    code, out, err = run("standards", *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_without_a_workspace_it_says_that_nothing_was_looked_for(tmp_path: Path) -> None:
    code, out, err = run("standards", "A.9.3", "--workspace", tmp_path / "none")
    assert code == 0
    assert "in the workspace" not in out
    assert "was not looked for" in err
    (tmp_path / "broken").mkdir()
    code, _, err = run("standards", "A.9.3", "--workspace", tmp_path / "broken")
    assert code == 2
    assert "nothing that points at it was looked for" in err


def test_a_mapping_with_errors(tmp_path: Path) -> None:
    code, out, err = run("standards", "--check", WRONG)
    assert code == 1
    assert "items.yaml:5: `A.4.2` is `Resource documentation`, not" in out
    assert "3 wrong" in err
    code, out, _ = run("standards", "--check", WRONG, "--json")
    assert code == 1
    assert {one["code"] for one in json.loads(out)["findings"]} == {"mislabelled"}
    right = tmp_path / "right.csv"
    right.write_text("id,title\nA.2.2,AI policy\n")
    code, out, err = run("standards", "--check", right, "--standard", "iso42001")
    assert (code, out) == (0, "")
    assert "nothing wrong" in err


@pytest.mark.parametrize("framework", ["eu-ai-act", "nist-ai-rmf", "iso42005"])
def test_a_framework_seen_from_each_system(aims: Path, framework: str) -> None:
    code, out, _ = run("view", framework, aims, "--at", "2026-11-23")
    assert code == 0
    assert "desk: Desk" in out
    assert "supports an item" in out
    code, out, _ = run("view", framework, aims, "--system", "desk", "--json")
    found = json.loads(out)
    assert (code, found["framework"]) == (0, framework)
    (system,) = found["systems"]
    assert system["rows"]
    assert {"evidence", "missing", "verified"} <= set(system["rows"][0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["eu-ai-act", "AIMS", "--system", "desc"], "there is no system `desc`"),
        (["eu-ai-act", "AIMS", "--at", "tomorrow"], "not a day"),
        (["eu-ai-act", "AIMS", "--home", "nowhere"], "nowhere"),
        (["eu-ai-act", "nowhere"], "the workspace can not be read"),
        (["iso27001", "AIMS"], "iso27001"),
    ],
)
def test_views_that_can_not_be_shown(aims: Path, arguments: list[str], words: str) -> None:
    code, out, err = run("view", *(str(aims) if one == "AIMS" else one for one in arguments))
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize("named", [True, False])
def test_a_view_of_the_files_alone_needs_no_log(
    aims: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    gone = tmp_path / "gone"
    monkeypatch.setenv("WATCHKEEPER_HOME", str(gone))
    home = ("--home", gone) if named else ()
    code, out, err = run("view", "iso42005", aims, *home, "--json")
    assert (code, json.loads(out)["home"]) == (0, None)
    assert ("is seen from the files alone" in err) is named
    assert run("view", "nist-ai-rmf", aims, *home)[0] == 2


@pytest.mark.parametrize(
    "words", [["clauses"], ["ready", "--audit", "2027-09-01"], ["view", "nist-ai-rmf"]]
)
def test_without_a_home_it_says_how_to_see_what_ran(aims: Path, words: list[str]) -> None:
    hint = "`--home` shows what ran"
    assert hint in run(*words, aims)[2]
    assert hint not in run(*words, aims, "--json")[2]
    assert hint not in run("view", "iso42005", aims)[2]
