"""What is exchanged in the tests: the refund desk and the small workspace, as said."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.worlds import needs
from tests.worlds.aims import ManagedWorkspace
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.exchange.said import Said, said_by
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.instant import parse_instant

REFUND_DESK = Path(__file__).parents[2] / "examples" / "refund-desk" / "aims"
DAY = parse_instant("2026-11-23T00:00:00.000000Z")


def said_in(folder: Path) -> Said:
    """Return what a workspace says, which must hold."""
    linted = lint_workspace(folder)
    assert linted.register is not None, linted.findings
    assert linted.bundle is not None, linted.findings
    return said_by(linted.register, linted.bundle)


def small(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Said:
    """Return what the small workspace says, with changes."""
    return said_in(write_workspace(folder, changes))


def with_open_items(folder: Path) -> Said:
    """Return what a workspace says that has an open finding, and a row whose day has passed."""
    managed = ManagedWorkspace()
    rows = managed.records["soa", ""]["rows"]
    rows[0] |= {"status": "sequenced", "by": "2026-11-22", "risks": ["overpaid"]}
    rows[1] |= {"status": "sequenced", "by": "2026-11-23"}
    rows[2]["evidence"] = [{"class": "document", "origin": "attested", "document": "ai-policy"}]
    return said_in(managed.write(folder))


def run_trestle(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `compliance-trestle` in a folder that is a workspace of its."""
    return subprocess.run(
        [needs.program("trestle"), *words, "--trestle-root", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
