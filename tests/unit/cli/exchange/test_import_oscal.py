"""`plan import oscal`: catalogues and profiles of others become drafts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.exchanged import REFUND_DESK
from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity
from watchkeeper.plan.workspace.load import Workspace

_METADATA = {
    "last-modified": "2026-11-23T00:00:00Z",
    "version": "1",
    "oscal-version": "1.2.1",
}


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def catalog(title: str = "Controls of others") -> dict[str, Any]:
    """Return a catalogue as others write it: groups in groups, enhancements, parameters."""
    part = {
        "id": "ac-1_smt",
        "name": "statement",
        "prose": "Do this every {{ insert: param, ac-1_prm_1 }}:",
        "parts": [
            {"name": "item", "prose": "first", "props": [{"name": "label", "value": "a."}]},
            {"name": "item", "prose": "then.", "props": [{"name": "label", "value": "b."}]},
            {"name": "guidance", "prose": "not this"},
        ],
    }
    control = {
        "id": "ac-1",
        "title": "Policy",
        "params": [{"id": "ac-1_prm_1", "label": "time"}],
        "parts": [part, {"name": "guidance", "prose": "nor this"}],
        "controls": [{"id": "ac-1.1", "title": "More", "controls": [{"id": "ac-1.1.1"}]}],
    }
    inner = {"title": "Inner", "controls": [{"id": "AU_2", "title": "Audit"}]}
    groups = [{"title": "Access", "controls": [control], "groups": [inner]}]
    uuid = "11111111-1111-4111-8111-111111111111"
    return {"catalog": {"uuid": uuid, "metadata": {"title": title, **_METADATA}, "groups": groups}}


def profile(*imports: dict[str, Any]) -> dict[str, Any]:
    """Return a profile."""
    uuid = "21111111-1111-4111-8111-111111111111"
    metadata = {"title": "A choice", **_METADATA}
    return {"profile": {"uuid": uuid, "metadata": metadata, "imports": list(imports)}}


def workspace(folder: Path) -> Workspace:
    """Return the workspace, which must have no safety error."""
    linted = lint_workspace(folder)
    assert [f for f in linted.findings if f.severity is not Severity.MANAGEMENT] == []
    assert linted.workspace is not None
    return linted.workspace


def test_a_catalogue_becomes_controls(tmp_path: Path) -> None:
    folder, file = write_workspace(tmp_path / "aims"), tmp_path / "catalog.json"
    file.write_text(json.dumps(catalog()))
    code, out, _ = run("import", "oscal", file, folder, "--owner", "ben", "--dry-run")
    assert (code, out.count("would draft")) == (0, 4)
    assert run("import", "oscal", file, folder, "--owner", "ben")[0] == 0
    controls = workspace(folder).controls
    assert set(controls) == {"limits", "ac-1", "ac-1-1", "ac-1-1-1", "au-2"}
    assert controls["ac-1"].says.statement == (
        "Do this every {{ insert: param, ac-1_prm_1 }}:\na. first\nb. then."
    )
    assert controls["ac-1-1"].says.statement == "say: what should hold"
    assert {controls[name].says.owner for name in ("ac-1", "au-2")} == {"ben"}
    code, out, _ = run("import", "oscal", file, folder, "--owner", "ben", "--json")
    said = json.loads(out)
    assert (code, said["written"], len(said["leftOut"])) == (0, False, 4)


@pytest.mark.parametrize("where", ["title", "remarks"])
def test_words_of_iso_are_not_taken(where: str, tmp_path: Path) -> None:
    folder, file = write_workspace(tmp_path / "aims"), tmp_path / "catalog.json"
    document = catalog()
    document["catalog"]["metadata"][where] = "Excerpts of ISO/IEC 27002:2013"
    file.write_text(json.dumps(document))
    assert run("import", "oscal", file, folder, "--owner", "ben")[0] == 0
    says = workspace(folder).controls["ac-1"].says
    assert (says.title, says.statement) == ("Policy", "say: what should hold")


def test_what_leads_nowhere_in_a_catalogue_is_named(tmp_path: Path) -> None:
    folder, file = write_workspace(tmp_path / "aims"), tmp_path / "catalog.json"
    document = catalog()
    document["catalog"]["groups"][0]["links"] = [{"href": "#no-such-thing"}]
    file.write_text(json.dumps(document))
    code, out, _ = run("import", "oscal", file, folder, "--owner", "ben")
    assert code == 0
    assert "leads nowhere in catalog.json at groups/0/links/0/href" in out
    assert "ac-1" in workspace(folder).controls


def test_a_profile_decides_and_what_was_decided_stays(tmp_path: Path) -> None:
    folder, place = write_workspace(tmp_path / "aims"), tmp_path / "oscal"
    (place / "profiles").mkdir(parents=True)
    (place / "catalog.json").write_text(json.dumps(catalog()))
    chosen = {
        "href": "../catalog.json",
        "include-controls": [
            {"with-ids": ["ac-1"], "with-child-controls": "yes"},
            {"matching": [{"pattern": "AU*"}]},
        ],
        "exclude-controls": [{"with-ids": ["ac-1.1.1"]}],
    }
    (place / "profiles" / "p.json").write_text(json.dumps(profile(chosen)))
    assert run("import", "oscal", place, folder, "--owner", "ben")[0] == 0
    soa = workspace(folder).applicability
    assert soa is not None
    rows = {row.control: (row.applicable, row.why, row.status) for row in soa.says.rows}
    said_in = ("in", "say: why it is in", "not-implemented")
    assert rows == {
        "limits": ("in", "It pays.", "implemented"),
        "ac-1": said_in,
        "ac-1-1": said_in,
        "ac-1-1-1": ("out", "say: why it is out", "not-applicable"),
        "au-2": said_in,
    }
    (place / "profiles" / "p.json").write_text(
        json.dumps(
            profile({"href": "../catalog.json", "include-controls": [{"with-ids": ["AU_2"]}]})
        )
    )
    code, out, _ = run("import", "oscal", place, folder, "--owner", "ben")
    assert code == 0
    assert "the row ac-1 says `in`, and stays as it is; the profile says `undetermined`" in out


def test_our_own_statement_of_applicability_comes_back(tmp_path: Path) -> None:
    folder, place = write_workspace(tmp_path / "aims"), tmp_path / "oscal"
    assert run("export", "oscal", REFUND_DESK, "--out", place)[0] == 0
    assert run("import", "oscal", place, folder, "--owner", "ana")[0] == 0
    soa, original = (workspace(path).applicability for path in (folder, REFUND_DESK))
    assert soa is not None
    assert original is not None
    rows = {row.control: row for row in soa.says.rows}
    for row in original.says.rows:
        assert (rows[row.control].applicable, rows[row.control].why) == (row.applicable, row.why)
        assert rows[row.control].status != "implemented"
    assert len(rows) == len(original.says.rows) + 1


def test_it_can_not_be_taken(tmp_path: Path) -> None:
    folder, file = write_workspace(tmp_path / "aims"), tmp_path / "in.json"
    everything = {"href": "https://example.org/catalog.json", "include-all": {}}
    for document, said in (
        (profile(everything), "nothing is fetched"),
        (profile({"href": "other.json", "include-all": {}}), "there is no document"),
        ({"system-security-plan": {"uuid": "x", "metadata": {}}}, "neither a catalogue"),
        ({"x": 1}, "none of the models"),
    ):
        file.write_text(json.dumps(document))
        code, out, err = run("import", "oscal", file, folder, "--owner", "ben")
        assert (code, out) == (2, ""), document
        assert said in err
    assert run("import", "oscal", file, folder)[0] == 2
    assert run("import", "oscal", tmp_path / "none", folder, "--owner", "ben")[0] == 2
