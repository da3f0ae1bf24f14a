"""What comes in is tried on a copy of the workspace before anything is written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from watchkeeper.errors import ImportRefused
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.draft.writing.copy import copy_with
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Finding, that_stop


def would_break(path: Path, texts: Mapping[str, str]) -> list[str]:
    """Say what of a workspace would no longer hold with these files: tried on a copy."""
    before = {_said(one) for one in that_stop(lint_workspace(path).findings)}
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "copy"
        copy_with(path, copy, texts)
        after = that_stop(lint_workspace(copy).findings)
    return [f"would no longer hold: {one}" for one in after if _said(one) not in before]


def write_drafted(
    workspace: Path,
    texts: Mapping[str, str],
    read: Mapping[str, str] | None = None,
    *,
    dry_run: bool,
) -> bool:
    """Write what was drafted, all of it or nothing; return whether anything was written.

    `read` are the texts that drafts were made of.

    Raises:
        ImportRefused: the workspace would no longer hold; or a file changed since it was read.
    """
    broken = would_break(workspace, texts) if texts else []
    if broken:
        raise ImportRefused(f"the workspace {broken[0]}")
    if not texts or dry_run:
        return False
    write_together(workspace, texts, read)
    return True


def _said(finding: Finding) -> tuple[str, str, str]:
    return finding.file, finding.code, finding.message
