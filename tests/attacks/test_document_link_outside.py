"""A document under control that lies, or links, outside the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.whole import lint_workspace


def _linted(folder: Path, target: str) -> tuple[bool, list[str], str]:
    world = ManagedWorkspace()
    world.files["documents/ai-policy.md"] = None
    made = world.write(folder / "aims")
    (folder / "secret.md").write_text("Agents must never tell this.\n")
    (made / "documents").mkdir(exist_ok=True)
    (made / "documents" / "ai-policy.md").symlink_to(target)
    linted = lint_workspace(made, TODAY)
    said = " ".join(str(finding) for finding in linted.findings)
    return linted.bundle is None, [f.code for f in linted.findings], said


@pytest.mark.parametrize("target", ["../../secret.md", "/dev/zero", "..", "ai-policy.md"])
def test_a_link_out_of_the_workspace_is_not_read(target: str, tmp_path: Path) -> None:
    stopped, codes, said = _linted(tmp_path, target)
    assert stopped
    assert "unreadable" in codes
    assert "never tell this" not in said
    assert "no-control" not in codes


@pytest.mark.parametrize("name", ["../secret.md", "/etc/hostname", "documents/../../secret.md"])
def test_a_name_that_leads_outside_is_no_name(name: str, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.records["documents", ""]["documents"][0]["file"] = name
    linted = lint_workspace(world.write(tmp_path / "aims"), TODAY)
    assert linted.bundle is None
    assert any(f.file == "documents.yaml" and f.line for f in linted.findings)
