"""`plan assess`: what was looked at is noted, and what changed since is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.test_plan import run
from tests.worlds.assessed import bases, managed_files
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.whole import compile_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "aims", managed_files())


def test_it_writes_beside_each_assessment_what_it_was_of(folder: Path) -> None:
    (folder / "impacts/desk.basis.json").unlink()
    code, out, err = run("assess", "desk", folder)
    assert code == 0
    assert out == (
        "impact of desk: looked at for the first time\n"
        "risk of desk: nothing changed since it was looked at last\n"
    )
    assert "impacts/desk.basis.json" in err
    written = json.loads((folder / "impacts/desk.basis.json").read_text())
    assert written == json.loads(bases()["impacts/desk.basis.json"])


def test_the_same_plan_writes_the_same_bytes(folder: Path) -> None:
    run("assess", "desk", folder)
    before = (folder / "impacts/desk.basis.json").read_bytes()
    run("assess", "desk", folder)
    assert (folder / "impacts/desk.basis.json").read_bytes() == before


def test_it_says_what_changed_and_leaves_the_approval_to_somebody(folder: Path) -> None:
    system = folder / "systems/desk.yaml"
    system.write_text(system.read_text() + "intended_use: [Paying shops]\n")
    looked = run("assess", "desk", folder, "--kind", "impact", "--look", "--json")
    assert json.loads(looked[1])[0]["changed"] == ["new-intended-use"]
    assert json.loads(looked[1])[0]["wrote"] is None
    assert _since(folder) == {"impact": ("new-intended-use",), "risk": ("new-intended-use",)}
    run("assess", "desk", folder, "--kind", "impact")
    assert _since(folder) == {"impact": ("not-approved",), "risk": ("new-intended-use",)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody"], "there is no system `nobody`"),
        (["desk", "--kind", "fire"], "not a kind of assessment: `fire`"),
    ],
)
def test_what_is_not_there_can_not_be_assessed(folder: Path, words: list[str], said: str) -> None:
    code, _, err = run("assess", words[0], folder, *words[1:])
    assert code == 2
    assert said in err


def test_what_nobody_wrote_can_not_be_noted(folder: Path) -> None:
    (folder / "impacts/desk.yaml").unlink()
    (folder / "impacts/desk.basis.json").unlink()
    code, _, err = run("assess", "desk", folder, "--kind", "impact")
    assert (code, "write `impacts/desk.yaml` first" in err) == (2, True)


def _since(folder: Path) -> dict[str, tuple[str, ...]]:
    management = compile_folder(folder).management
    assert management is not None
    return {one.topic.value: one.since for one in management.watched}
