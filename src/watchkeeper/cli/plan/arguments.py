"""What several commands of `watchkeeper plan` take, and how a plan is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.errors import PlanUnreadable, RecordInvalid, cut
from watchkeeper.ledger.plan_bundle import parse_bundle
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.plan.bundle import Bundle

Workspace = Annotated[Path, typer.Argument(help="The workspace: the folder with `aims.yaml`.")]
PlanPath = Annotated[Path, typer.Argument(help="A workspace, or the JSON file of a plan.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def read_plan(path: Path) -> Bundle:
    """Return the plan of a workspace, compiled, or of the JSON file of a plan."""
    if path.is_dir():
        return compile_folder(path)
    raw = path.read_bytes()
    try:
        return parse_bundle(raw)
    except RecordInvalid as error:
        raise PlanUnreadable(
            f"{cut(path)} is no plan: {error.message}", "name a workspace or the file of a plan"
        ) from None
