"""A bill of materials that would replace a system, smuggle one into scope, or lead out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity

OURS = "urn:x-watchkeeper:"


def _bom(*components: dict[str, Any], **more: Any) -> bytes:
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    return json.dumps({**head, "components": list(components), **more}).encode()


def _system(name: str, **said: str) -> dict[str, Any]:
    properties = [{"name": OURS + key.replace("_", "-"), "value": v} for key, v in said.items()]
    return {"type": "application", "bom-ref": f"x:{name}", "name": name, "properties": properties}


def _imported(folder: Path, raw: bytes, *words: str) -> tuple[int, dict[str, Any], str]:
    file = folder.parent / "in.json"
    file.write_bytes(raw)
    words = ("import", "cyclonedx", str(file), str(folder), "--json", "--owner", "ana", *words)
    done = CliRunner().invoke(app, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout) if done.stdout else {}, done.stderr


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_there_stays(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    before = _files(folder)
    twice = _system("Another", id="desk"), _system("DESK")
    code, said, _ = _imported(folder, _bom(*twice))
    assert (code, said["written"], said["files"]) == (0, False, [])
    assert len(said["leftOut"]) == 2
    assert _files(folder) == before


def test_no_document_brings_a_system_into_scope(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    said = {"in_scope": "yes", "stage": "production", "eu_ai_act_class": "minimal", "role": "x"}
    code, _, _ = _imported(folder, _bom(_system("New one", **said)))
    assert code == 0
    linted = lint_workspace(folder)
    assert linted.workspace is not None
    system = linted.workspace.systems["new-one"].says
    assert (system.in_scope, system.stage.value) == (False, "demonstration")
    assert system.ai_act.tier == "undetermined"
    assert not [f for f in linted.findings if f.severity is not Severity.MANAGEMENT]


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "..", "a\\..\\b", "x\nin_scope: true", "{}"])
def test_a_name_is_no_path_and_no_yaml(name: str, tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    code, said, _ = _imported(folder, _bom(_system(name, id=name)))
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aims", "in.json"]
    for file in said["files"]:
        assert (folder / file).parent == folder / "systems"
        assert "in_scope: false" in (folder / file).read_text()
    assert lint_workspace(folder).workspace is not None


def test_an_agent_that_is_there_is_not_taken_over(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    system = _system("New one")
    system["components"] = [_system("payer", kind="agent", id="payer")]
    code, said, _ = _imported(folder, _bom(system))
    assert code == 0
    assert "payer" in said["leftOut"][0]
    assert "payer" not in (folder / "systems/new-one.yaml").read_text()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[" * 3_000,
        _bom(extra=1),
        _bom(_system("a"), specVersion="1.5"),
        _bom({"type": "application"}),
        _bom(_system("a"), _system("a")),
        _bom({**_system("a"), "modelCard": {"x": 1}}),
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","specVersion":"1.6"}',
        _bom(_system("a")).decode().encode("utf-16"),
    ],
)
def test_what_is_not_valid_is_refused(raw: bytes, tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    before = _files(folder)
    code, _, err = _imported(folder, raw)
    assert code == 2
    assert err
    assert _files(folder) == before


def test_dependencies_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    model = {"type": "machine-learning-model", "bom-ref": "m", "name": "m-1", "version": "3"}
    needs = [{"ref": "x:A b", "dependsOn": ["m", "x:A b"]}, {"ref": "m", "dependsOn": ["x:A b"]}]
    code, said, _ = _imported(folder, _bom(_system("A b"), model, dependencies=needs))
    assert (code, said["files"]) == (0, ["systems/a-b.yaml"])
    linted = lint_workspace(folder)
    assert linted.workspace is not None
    (agent,) = linted.workspace.systems["a-b"].says.agents
    assert (agent.id, agent.model, agent.version) == ("a-b-agent", "m-1", "3")
