"""What is approved is what the person was shown: a word slipped in meanwhile stops all of it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import POLICY, ManagedWorkspace
from watchkeeper.cli.app import app
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.draft.signing_off import sign_off
from watchkeeper.plan.workspace.load import load_workspace

RISK = "risks/overpaid.yaml"


def _unapproved(folder: Path) -> Path:
    world = ManagedWorkspace()
    for kind, id_ in (("scope", ""), ("risk", "overpaid"), ("methods", "")):
        world.change(kind, id_, approved_by=None, approved=None)
    documents = world.records["documents", ""]["documents"]
    documents[0] = {**documents[0], "approved_by": None, "approved": None, "digest": None}
    documents[0] = {key: value for key, value in documents[0].items() if value is not None}
    return world.write(folder)


def _run(folder: Path, *words: str) -> Any:
    words = (*words, "--by", "ana", "--workspace", str(folder))
    return CliRunner().invoke(app, ["plan", "sign-off", *words])


def _texts(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _word(folder: Path) -> None:
    file = folder / RISK
    file.write_text(file.read_text().replace("Too much is paid", "Nothing can go wrong"))


def _policy(folder: Path) -> None:
    (folder / "documents/ai-policy.md").write_text(POLICY.replace("must not", "may"))


def _another(folder: Path) -> None:
    file = folder / "objectives.yaml"
    file.write_text(file.read_text().replace("95 %", "1 %"))
    text = (folder / "methods.yaml").read_text()
    (folder / "methods.yaml").write_text(text.replace('"version": "1"', '"version": "7"'))


@pytest.mark.parametrize("change", [_word, _policy, _another])
def test_what_changed_since_it_was_shown_stops_all_of_it(change: Any, tmp_path: Path) -> None:
    folder = _unapproved(tmp_path)
    before = _texts(folder)
    shown = json.loads(_run(folder, "--look", "--json").stdout)
    assert _texts(folder) == before
    change(folder)
    changed = _texts(folder)
    done = _run(folder, "--shown", shown["shown"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "not what was shown" in done.stderr
    assert _texts(folder) == changed


def test_what_was_shown_is_what_is_signed(tmp_path: Path) -> None:
    folder = _unapproved(tmp_path)
    shown = json.loads(_run(folder, "--look", "--json").stdout)
    done = _run(folder, "--shown", shown["shown"], "--json")
    assert done.exit_code == 0, done.stderr
    signed = json.loads(done.stdout)
    assert signed["signed"] == shown["signed"]
    assert {"risk/overpaid", "document/ai-policy"} <= {one["record"] for one in shown["signed"]}
    assert json.loads(_run(folder, "--look", "--json").stdout)["signed"] == []


def test_another_choice_is_not_what_was_shown(tmp_path: Path) -> None:
    folder = _unapproved(tmp_path)
    shown = json.loads(_run(folder, "scope", "--look", "--json").stdout)["shown"]
    assert _run(folder, "scope", "methods", "--shown", shown).exit_code == 2
    assert _run(folder, "scope", "--version", "9", "--shown", shown).exit_code == 2
    assert _run(folder, "scope", "--shown", shown).exit_code == 0


def test_a_file_that_changed_since_it_was_read_is_not_signed(tmp_path: Path) -> None:
    workspace, _ = load_workspace(_unapproved(tmp_path))
    assert workspace is not None
    _word(tmp_path)
    with pytest.raises(PlanRefused, match="changed meanwhile"):
        sign_off(workspace, ["risk/overpaid"], "ana", "2026-11-20")


def test_no_approval_lies_ahead(tmp_path: Path) -> None:
    folder = _unapproved(tmp_path)
    before = _texts(folder)
    done = _run(folder, "scope", "--on", "2999-01-01")
    assert (done.exit_code, "still to come" in done.stderr) == (2, True)
    assert _texts(folder) == before


def test_an_empty_document_is_not_approved(tmp_path: Path) -> None:
    folder = _unapproved(tmp_path)
    (folder / "documents/ai-policy.md").write_text("\n \n")
    done = _run(folder, "document/ai-policy")
    assert (done.exit_code, "there is nothing in it" in done.stdout) == (1, True)


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1)])
def test_at_a_terminal_it_shows_and_asks(answer: bytes, code: int, tmp_path: Path) -> None:
    folder = _unapproved(tmp_path)
    before = _texts(folder)
    mine, its = pty.openpty()
    words = ["plan", "sign-off", "scope", "risk", "--by", "ana", "--workspace", str(folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "watchkeeper", *words],
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(its)
        os.write(mine, answer)
        _, asked = process.communicate(timeout=60)
    os.close(mine)
    assert process.returncode == code, asked
    assert b"risk/overpaid" in asked
    assert b"approve these 2?" in asked
    assert (_texts(folder) == before) is (code == 1)
