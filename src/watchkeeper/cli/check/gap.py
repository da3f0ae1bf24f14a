"""`watchkeeper check gap`: control by control, what is defined, what fires, what does not."""

from __future__ import annotations

from pathlib import Path

import typer

from watchkeeper import wiring
from watchkeeper.check.gap import gap_table, render_gap
from watchkeeper.cli import output
from watchkeeper.cli.check.arguments import AsJson, LogPath
from watchkeeper.cli.shards import say_absent


def gap(path: LogPath = Path("home"), as_json: AsJson = False) -> None:
    """Say control by control what is defined, what fires and what does not.

    Ends with 1 if a control that should be enforced could not be evaluated, if something fires
    that stands in no control file, or if the bundle of the plan in force is not there; with 2 if
    the log can not be read. Controls that never fired are named, and do not fail the check.

    Examples:
      watchkeeper check gap home
      watchkeeper check gap published --json
    """
    with output.speaking_plainly():
        say_absent(path)
        table = gap_table(wiring.read_entries(path), wiring.bundles(path))
        witnessed = wiring.is_witnessed(path)
    if as_json:
        output.show_json(table.json())
    else:
        output.show(render_gap(table))
    if not witnessed:
        output.say("UNWITNESSED: nobody else has seen the records that this table was made of")
    if table.wrong or not table.readable:
        raise typer.Exit(output.Exit.FOUND)
