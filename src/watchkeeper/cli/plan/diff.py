"""`watchkeeper plan diff`: what changed from one plan to another."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, PlanPath, read_plan
from watchkeeper.plan.diff.changes import PlanDiff
from watchkeeper.plan.diff.compare import diff_bundles


def diff(
    old: PlanPath,
    new: PlanPath,
    as_json: AsJson = False,
    fail_on_weakening: Annotated[
        bool, typer.Option("--fail-on-weakening", help="End with 1 where anything is weaker.")
    ] = False,
) -> None:
    """Say what changed from one plan to another, and what of it lets more through."""
    with output.speaking_plainly():
        found = diff_bundles(read_plan(old), read_plan(new))
    if as_json:
        output.show_json(_diff_json(found))
    else:
        output.show(_diff_text(found))
    if fail_on_weakening and found.weakenings:
        raise typer.Exit(output.Exit.FOUND)


def _diff_json(found: PlanDiff) -> dict[str, Any]:
    return {
        "changes": [asdict(change) for change in found.changes],
        "weakenings": list(found.weakenings),
        "strengthenings": list(found.strengthenings),
    }


def _diff_text(found: PlanDiff) -> str:
    if not found.changes:
        return "nothing changed"
    lines = [f"Changes ({len(found.changes)})", *(f"  {change}" for change in found.changes)]
    for title, words in (
        ("Weaker: lets more through, or may", found.weakenings),
        ("Stronger", found.strengthenings),
    ):
        if words:
            lines += ["", f"{title} ({len(words)})", *(f"  {line}" for line in words)]
    return "\n".join(lines)
