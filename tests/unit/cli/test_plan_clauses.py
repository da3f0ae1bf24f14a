"""The commands of the management system's records: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.cli.app import app

DAY = "2026-11-23"


@pytest.fixture(scope="module")
def aims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ManagedWorkspace().write(tmp_path_factory.mktemp("aims"))


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_clauses_name_what_is_lacking_and_end_with_1(aims: Path) -> None:
    done = run("plan", "clauses", aims, "--at", DAY, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["lacking"] == ["8.1", "8.2", "8.4"]
    text = run("plan", "clauses", aims, "--at", DAY).stdout
    assert "asks for      AIMS scope" in text
    assert "no-basis" in text


def test_annex_a_is_asked_for_by_class_of_evidence(aims: Path) -> None:
    done = run("plan", "clauses", aims, "--annex", "--json")
    assert done.exit_code == 1
    rows = json.loads(done.stdout)["controls"]
    assert len(rows) == 38
    (row,) = [row for row in rows if row["control"] == "A.9.4"]
    assert {item["class"] for item in row["items"]} == {"configuration"}
    assert "runtime" in row["missing"]


def test_a_workspace_that_can_not_be_read_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "aims.yaml").write_text("organisation: [\n")
    for command in ("clauses", "soa", "register"):
        assert run("plan", command, tmp_path).exit_code == 2
    assert run("plan", "ready", tmp_path, "--audit", DAY).exit_code == 2
    assert run("plan", "clauses", tmp_path / "nowhere").exit_code == 2


def test_the_path_to_an_audit_ends_with_1_where_it_is_late(aims: Path) -> None:
    done = run("plan", "ready", aims, "--audit", "2027-06-01", "--at", DAY, "--json")
    assert (done.exit_code, json.loads(done.stdout)["late"]) == (0, [])
    late = run("plan", "ready", aims, "--audit", "2026-12-01", "--at", DAY)
    assert late.exit_code == 1
    assert "Late: " in late.stdout
    assert run("plan", "ready", aims, "--audit", "soon").exit_code == 2


def test_the_statement_is_written_to_a_file(aims: Path, tmp_path: Path) -> None:
    page = tmp_path / "soa.html"
    words = ("plan", "soa", aims, "--at", DAY, "--format", "html", "--out", page)
    assert run(*words).exit_code == 0
    assert page.read_text().startswith("<!doctype html>")
    value = json.loads(run("plan", "soa", aims, "--at", DAY, "--json").stdout)
    assert len(value["rows"]) == 39


@pytest.mark.parametrize("form", ["text", "html", "csv", "xlsx"])
def test_what_somebody_may_have_edited_is_not_written_over(
    aims: Path, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"soa.{form}"
    out.write_text("mine")
    words = ("plan", "soa", aims, "--at", DAY, "--format", form, "--out", out)
    done = run(*words)
    assert (done.exit_code, done.stdout, "--replace" in done.stderr) == (2, "", True)
    assert out.read_text() == "mine"
    assert run(*words, "--replace").exit_code == 0
    assert out.read_bytes() != b"mine"


def test_rows_that_changed_under_the_same_version_end_with_1(aims: Path, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.records["soa", ""]["rows"][0]["why"] = "Because."
    done = run("plan", "soa", world.write(tmp_path), "--since", aims)
    assert done.exit_code == 1
    said = [line.strip() for line in done.stdout.splitlines()]
    at = said.index("A.2.2 changed")
    assert said[at + 1 : at + 3] == ["why: It pays.", "-> Because."]
    assert said[0].startswith("before: version 1, approved by ben on 2026-10-01")
    assert run("plan", "soa", aims, "--since", aims).exit_code == 0


def test_the_register_is_what_the_plan_names(aims: Path) -> None:
    plan = json.loads(run("plan", "show", aims, "--json").stdout)
    done = run("plan", "register", aims)
    assert done.exit_code == 0
    assert plan["management"]["register"] in done.stderr
    assert json.loads(done.stdout)["format"] == 1


def test_a_record_is_begun_approved_and_seen(tmp_path: Path) -> None:
    folder = ManagedWorkspace().remove("scope").write(tmp_path)
    begun = run("plan", "new", "scope", "--workspace", folder)
    assert begun.exit_code == 0
    assert (folder / ".schemas/scope.schema.json").is_file()
    refused = run("plan", "sign-off", "scope", "--by", "ana", "--workspace", folder, "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["leftOut"][0]["record"] == "scope"
    text = (folder / "scope.yaml").read_text().replace("say: ", "")
    (folder / "scope.yaml").write_text(f"{text}owner: ana\nreview_by: 2027-06-30\n")
    done = run("plan", "sign-off", "scope", "--by", "ana", "--on", DAY, "--workspace", folder)
    assert done.exit_code == 0, done.stderr
    shown = json.loads(run("plan", "clauses", folder, "--json", "--at", "2027-01-01").stdout)
    assert "4.3" not in shown["lacking"]
    assert run("plan", "sign-off", "--by", "nobody", "--workspace", folder).exit_code == 2
    assert run("plan", "new", "scope", "--workspace", folder).exit_code == 2


def test_lint_names_what_is_overdue_as_of_a_day(aims: Path) -> None:
    found = json.loads(run("plan", "lint", aims, "--at", "2028-01-01", "--json").stdout)
    assert {"overdue"} <= {finding["code"] for finding in found["findings"] if finding["dated"]}
    before = json.loads(run("plan", "lint", aims, "--at", DAY, "--json").stdout)
    assert before["plan"] == found["plan"]
