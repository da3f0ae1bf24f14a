"""An approval names who, when, which version and exactly what was approved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import POLICY, ManagedWorkspace
from tests.worlds.docx import docx, paragraph, run
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.draft.signing_off import SignedOff, sign_off
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.whole import lint_workspace

DAY = "2026-11-20"


def unapproved() -> ManagedWorkspace:
    world = ManagedWorkspace()
    for says in world.records.values():
        for key in ("approved_by", "approved", "version"):
            says.pop(key, None)
    for row in world.records["documents", ""]["documents"]:
        row.pop("approved_by")
        row.pop("approved")
    world.records["documents", ""]["documents"][0].pop("digest")
    return world


def approve(folder: Path, *names: str, by: str = "ana") -> SignedOff:
    workspace = lint_workspace(folder).workspace
    assert workspace is not None
    done = sign_off(workspace, names, by, DAY)
    write_together(folder, done.texts, done.read)
    return done


def _codes(folder: Path) -> set[str]:
    return {finding.code for finding in lint_workspace(folder).findings}


def test_signing_all_leaves_no_gap_of_approval(tmp_path: Path) -> None:
    folder = unapproved().write(tmp_path)
    assert _codes(folder) == {"not-approved"}
    done = approve(folder)
    assert done.refused == ()
    names = {one.name for one in done.signed}
    assert {"aims", "soa", "scope", "risk/overpaid", "document/ai-policy", "documents"} <= names
    assert not names & {"audit/2026", "review/2026-2", "finding/late-note", "measurement/2026-q3"}
    linted = lint_workspace(folder)
    assert linted.findings == ()
    assert linted.register is not None
    assert linted.register.one("scope").version == "1"
    assert linted.register.one("scope").approved == DAY
    assert approve(folder).signed == ()


def test_a_word_changed_later_is_named_and_signed_again(tmp_path: Path) -> None:
    folder = unapproved().write(tmp_path)
    approve(folder)
    risk = folder / "risks/overpaid.yaml"
    risk.write_text(risk.read_text().replace("Too much is paid", "Far too much is paid"))
    (folder / "documents/ai-policy.md").write_text(POLICY + "Soon.\n")
    changed = [f.file for f in lint_workspace(folder).findings]
    assert changed == ["documents.yaml", "risks/overpaid.yaml"]
    assert _codes(folder) == {"changed-since-approval"}
    assert {one.name for one in approve(folder, "risk/overpaid").signed} == {"risk/overpaid"}
    assert {one.name for one in approve(folder).signed} == {"document/ai-policy"}
    assert _codes(folder) == set()


def test_a_key_enrolled_later_changes_nothing_that_was_approved(tmp_path: Path) -> None:
    folder = unapproved().write(tmp_path)
    approve(folder)
    aims = folder / "aims.yaml"
    aims.write_text(aims.read_text().replace('"name": "Ana"', f'"name": "Ana", "keys": ["{KEY}"]'))
    assert KEY in aims.read_text()
    assert _codes(folder) == set()


KEY = "A" * 43 + "="


def test_what_is_left_as_a_template_is_left_out(tmp_path: Path) -> None:
    world = unapproved().change("risk", "overpaid", title="say: what could happen")
    world.files["documents/ai-policy.md"] = None
    done = approve(world.write(tmp_path))
    assert {(one.name, why.partition("`")[0]) for one, why in done.refused} == {
        ("risk/overpaid", ""),
        ("document/ai-policy", "there is no "),
    }
    assert "approved_by" not in (tmp_path / "risks/overpaid.yaml").read_text()
    assert "approved_by" in (tmp_path / "scope.yaml").read_text()


def test_a_document_with_open_changes_is_left_out(tmp_path: Path) -> None:
    world = unapproved()
    world.records["documents", ""]["documents"][0]["file"] = "documents/policy.docx"
    body = paragraph(run("Agents "), f"<w:ins>{run('must ask')}</w:ins>", " first.")
    world.files["documents/policy.docx"] = docx(body)
    (refused,) = approve(world.write(tmp_path)).refused
    assert (refused[0].name, "changes stand open" in refused[1]) == ("document/ai-policy", True)
    (tmp_path / "documents/policy.docx").write_bytes(docx(paragraph("Agents must ask first.")))
    assert approve(tmp_path, "document/ai-policy").refused == ()


def test_comments_stay(tmp_path: Path) -> None:
    world = unapproved()
    world.remove("scope")
    world.files["scope.yaml"] = "# ours\nowner: ana  # for now\nreview_by: 2027-06-30\nunits: []\n"
    approve(world.write(tmp_path), "scope.yaml")
    text = (tmp_path / "scope.yaml").read_text()
    assert text.startswith("# ours\nowner: ana  # for now\nreview_by: 2027-06-30\n")
    assert "approved_by: ana" in text


@pytest.mark.parametrize("by", ["zoe", "cy", ""])
def test_only_who_is_here_approves(by: str, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    gone = {"id": "cy", "name": "Cy", "left": "2026-01-01"}
    world.records["aims", ""]["people"].append(gone)
    workspace = lint_workspace(world.write(tmp_path)).workspace
    assert workspace is not None
    with pytest.raises(PlanRefused):
        sign_off(workspace, ["scope"], by, DAY)


def test_a_record_that_is_not_there_is_refused(tmp_path: Path) -> None:
    workspace = lint_workspace(ManagedWorkspace().write(tmp_path)).workspace
    assert workspace is not None
    with pytest.raises(PlanRefused, match="no record `risk/late`"):
        sign_off(workspace, ["risk/late"], "ana", DAY)
    version = sign_off(workspace, ["soa"], "ana", DAY, "2.1").texts["soa.yaml"]
    assert "version" in version
    assert "2.1" in version
