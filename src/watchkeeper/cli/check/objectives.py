"""`watchkeeper check objectives`: the objectives of the plan in force, measured over the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.check.objectives.text import render_objectives
from watchkeeper.cli import output
from watchkeeper.cli.check.arguments import AsJson, LogPath
from watchkeeper.cli.check.measurements import hold, keep
from watchkeeper.cli.log.arguments import moment
from watchkeeper.cli.shards import say_absent

At = Annotated[
    str | None,
    typer.Option("--at", help="As of this time, as if the log ended there; default: now."),
]
Write = Annotated[
    Path | None,
    typer.Option("--write", help="Keep the values as a measurement in this workspace."),
]
By = Annotated[str | None, typer.Option("--by", help="With --write: the person who measures.")]
Again = Annotated[
    Path | None,
    typer.Option("--again", help="Hold this file of a measurement against the log instead."),
]


def objectives(
    path: LogPath = Path("home"),
    at: At = None,
    write: Write = None,
    by: By = None,
    again: Again = None,
    as_json: AsJson = False,
) -> None:
    """Say of each objective of the plan in force what it comes to, over its window up to now.

    Values are exact, and made of records alone: planted escalations, and what was done in another
    stage than the system's, are left out. With too few to measure there is no value, which is never
    met. Ends with 1 if an objective is missed, or can not be measured as it is written, or if the
    plan in force is not here; with 2 if the log can not be read.

    With --write the values are kept in `measurements/`, under the published checkpoint that covers
    them; a person says what to make of them. With --again the log has to have that checkpoint, and
    to give the same values; it ends with 1 where it does not.

    Examples:
      watchkeeper check objectives home --at 2026-11-23 --json
      watchkeeper check objectives home --write aims --by ben
      watchkeeper check objectives home --again aims/measurements/2026-11-23.yaml
    """
    with output.speaking_plainly():
        say_absent(path)
        if again is not None:
            hold(path, again, as_json=as_json)
            return
        when = moment(at) or wiring.clock().wall()
        found = keep(path, write, when, by) if write is not None else wiring.measured(path, when)
    if as_json:
        output.show_json(found.json())
    else:
        output.show(render_objectives(found))
    if found.wrong or not found.readable:
        raise typer.Exit(output.Exit.FOUND)
