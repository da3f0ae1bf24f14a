"""`watchkeeper plan show`: a plan in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.plans import KnownPlan, read_known
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.show import render_plan
from watchkeeper.records.codec import to_json


def show(
    path: KnownPlan = Path("aims"),
    as_json: AsJson = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the Cedar schema of each system instead.")
    ] = False,
) -> None:
    """Say in plain words what a plan lets agents do, and who answers for it.

    Examples:
      watchkeeper plan show aims
      watchkeeper plan show home
      watchkeeper plan show aims --schema
    """
    with output.speaking_plainly():
        bundle, _ = read_known(path)
    if as_json:
        output.show_json(to_json(bundle))
    elif schema:
        for system, text in bundle.cedar_schemas.items():
            output.show(f"// {system}\n{text}")
    else:
        output.show_folded(render_plan(bundle))
        output.say(f"plan {bundle_digest(bundle_bytes(bundle))}")
