"""`plan sentences` and what lint says of documents under control."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import POLICY, TODAY, ManagedWorkspace
from tests.worlds.docx import docx, paragraph, run
from watchkeeper.cli.app import app
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.draft.signing_off import sign_off
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.load import load_workspace

_TWO = POLICY + "Agents shall ask.\n"


def _codes(world: ManagedWorkspace, folder: Path) -> list[str]:
    linted = lint_workspace(world.write(folder), TODAY)
    assert linted.bundle is not None
    return [f.code for f in linted.findings]


def _policy(world: ManagedWorkspace, text: str | bytes, name: str = "ai-policy.md") -> None:
    raw = text if isinstance(text, bytes) else text.encode()
    row = world.records["documents", ""]["documents"][0]
    row.update(file=f"documents/{name}", digest=sha256_hex(raw))
    world.files["documents/ai-policy.md"] = None
    world.files[f"documents/{name}"] = text


def test_a_sentence_that_goes_nowhere_is_named_without_its_words(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    assert "no-control" not in _codes(world, tmp_path / "bound")
    _policy(world, _TWO)
    linted = lint_workspace(world.write(tmp_path / "more"), TODAY)
    assert linted.bundle is not None
    (gap,) = (f for f in linted.findings if f.code == "no-control")
    assert "(line 2)" in gap.message
    assert not any("shall ask" in said for said in linted.bundle.gaps)


def test_people_only_is_an_answer(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    entry = {**world.records["sentences", "ai-policy"]["sentences"][0], "people": "We train."}
    del entry["control"]
    world.change("sentences", "ai-policy", sentences=[entry])
    assert not {"no-control", "sentence-gone"} & set(_codes(world, tmp_path))


def test_a_tracked_change_is_named_and_an_approval_of_it_too(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    body = paragraph("Agents must ", f"<w:ins>{run('not ')}</w:ins>", "pay more than they may.")
    _policy(world, docx(body), "ai-policy.docx")
    codes = _codes(world, tmp_path)
    assert {"tracked-changes", "approved-with-open-changes"} <= set(codes)
    assert "no-control" not in codes


def test_a_document_that_is_a_bomb_is_a_gap_and_the_rest_is_read(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    _policy(world, b"PK\x03\x04", "ai-policy.docx")
    assert "document-unreadable" in _codes(world, tmp_path)


def test_listing_proposes_what_a_sentence_was_and_binds_nothing(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    _policy(world, _TWO.replace("may.", "can."))
    folder = world.write(tmp_path / "aims")
    run_ = CliRunner().invoke(app, ["plan", "sentences", str(folder), "--write", "--json"])
    assert run_.exit_code == 1
    (found,) = json.loads(run_.stdout)["documents"]
    changed, new = found["sentences"]
    assert (changed["went"], changed["mayHaveBeen"]) == ("no control", "f7e0a4af")
    assert (new["went"], new["mayHaveBeen"]) == ("no control", None)
    assert found["gone"] == ["f7e0a4af"]
    text = (folder / "sentences" / "ai-policy.yaml").read_text()
    assert "was: f7e0a4af" in text
    again = CliRunner().invoke(app, ["plan", "sentences", str(folder), "--write"])
    assert "it may have been f7e0a4af, which went to `limits`" in again.stdout
    assert (folder / "sentences" / "ai-policy.yaml").read_text() == text


def test_each_sentence_says_what_enforces_its_control(tmp_path: Path) -> None:
    folder = ManagedWorkspace().write(tmp_path)
    done = CliRunner().invoke(app, ["plan", "sentences", str(folder), "--document", "ai-policy"])
    assert done.exit_code == 0
    assert "-> control limits: enforced by " in done.stdout
    other = CliRunner().invoke(app, ["plan", "sentences", str(folder), "--document", "x"])
    assert other.exit_code == 2


@pytest.mark.parametrize("text", [POLICY, POLICY.replace("\n", "\r\n"), "\ufeff" + POLICY])
def test_line_ends_of_another_machine_are_no_change(text: str, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.files["documents/ai-policy.md"] = text.encode()
    assert not {"changed-since-approval", "no-control"} & set(_codes(world, tmp_path))


def test_the_plan_names_what_a_control_stands_for_as_long_as_it_is_there(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    before = lint_workspace(world.write(tmp_path / "before")).bundle
    _policy(world, "Agents shall ask.\n")
    after = lint_workspace(world.write(tmp_path / "after")).bundle
    assert before is not None
    assert after is not None
    assert before.controls[0].sentences == ("ai-policy#f7e0a4af",)
    assert after.controls[0].sentences == ()
    assert any("ai-policy#f7e0a4af" in str(one) for one in diff_bundles(before, after).changes)


def test_nobody_approves_a_text_with_two_readings(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    opened = paragraph("Agents ", f"<w:ins>{run('must')}</w:ins>", " ask.")
    _policy(world, docx(opened), "open.docx")
    loaded, _ = load_workspace(world.write(tmp_path / "open"))
    assert loaded is not None
    done = sign_off(loaded, ["document/ai-policy"], "ben", "2026-11-23")
    assert not done.signed
    assert [target.name for target, _ in done.refused] == ["document/ai-policy"]
    _policy(world, docx(paragraph("Agents must ask.")), "closed.docx")
    loaded, _ = load_workspace(world.write(tmp_path / "closed"))
    assert loaded is not None
    assert sign_off(loaded, ["document/ai-policy"], "ben", "2026-11-23").signed
