"""`watchkeeper plan diff`: what changed from one plan to another."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.plans import KnownPlan, read_known
from watchkeeper.plan.diff.changes import PlanDiff
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.diff.registers import with_registers


def diff(
    old: KnownPlan,
    new: KnownPlan,
    as_json: AsJson = False,
    fail_on_weakening: Annotated[
        bool, typer.Option("--fail-on-weakening", help="End with 1 where anything is weaker.")
    ] = False,
) -> None:
    """Say what changed from one plan to another, and what of it lets more through.

    Each change is named with the systems, controls, risks and objectives that it touches. Between
    workspaces and homes, what the records of the management system say is compared as well.

    Examples:
      watchkeeper plan diff home aims
      watchkeeper plan diff released.json aims --json
    """
    with output.speaking_plainly():
        (before, was), (after, now) = read_known(old), read_known(new)
        found = with_registers(diff_bundles(before, after), was, now)
    if as_json:
        output.show_json(_diff_json(found))
    else:
        output.show_folded(diff_text(found))
    if fail_on_weakening and found.weakenings:
        raise typer.Exit(output.Exit.FOUND)


def _diff_json(found: PlanDiff) -> dict[str, Any]:
    return {
        "changes": [asdict(change) for change in found.changes],
        "touches": asdict(found.touches),
        "weakenings": list(found.weakenings),
        "strengthenings": list(found.strengthenings),
    }


def diff_text(found: PlanDiff) -> str:
    """Return what changed, in words: each change with what it touches, then what got weaker."""
    if not found.changes:
        return "nothing changed"
    lines = [f"Changes ({len(found.changes)})"]
    for change in found.changes:
        touched = str(change.touches)
        lines += [f"  {change}", *([f"    touches {touched}"] if touched else [])]
    for title, words in (
        ("Weaker: lets more through, or may", found.weakenings),
        ("Stronger", found.strengthenings),
    ):
        if words:
            lines += ["", f"{title} ({len(words)})", *(f"  {line}" for line in words)]
    if str(found.touches):
        lines += ["", f"Touches {found.touches}"]
    return "\n".join(lines)
