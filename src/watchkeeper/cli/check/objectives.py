"""`watchkeeper check objectives`: the objectives of the plan in force, measured over the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.check.objectives import Measurement, measure, plan_in_force
from watchkeeper.check.objectives.text import render_objectives
from watchkeeper.cli import output
from watchkeeper.cli.check.arguments import AsJson, LogPath
from watchkeeper.cli.log.arguments import moment
from watchkeeper.cli.shards import say_absent
from watchkeeper.records.instant import Instant

At = Annotated[
    str | None,
    typer.Option("--at", help="As of this time, as if the log ended there; default: now."),
]


def objectives(path: LogPath = Path("home"), at: At = None, as_json: AsJson = False) -> None:
    """Say of each objective of the plan in force what it comes to, over its window up to now.

    Values are exact, and made of records alone: planted escalations, and what was done in another
    stage than the system's, are left out. With too few to measure there is no value, which is never
    met. Ends with 1 if an objective is missed, or can not be measured as it is written, or if the
    plan in force is not here; with 2 if the log can not be read.

    Example:
      watchkeeper check objectives home --at 2026-11-23 --json
    """
    with output.speaking_plainly():
        say_absent(path)
        found = _measured(path, moment(at) or wiring.clock().wall())
    if as_json:
        output.show_json(found.json())
    else:
        output.show(render_objectives(found))
    if found.wrong or not found.readable:
        raise typer.Exit(output.Exit.FOUND)


def _measured(path: Path, at: Instant) -> Measurement:
    plan = plan_in_force(wiring.read_entries(path), at)
    bundle_of = wiring.bundles(path)
    bundle = bundle_of(plan) if plan is not None else None
    if bundle is None:
        return Measurement(plan, readable=plan is None, at=at)
    return measure(wiring.read_entries(path), bundle, bundle_of, at)
