"""`watchkeeper check inventory`: what was seen at run time, against what the plan declares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.check.inventory import inventory as inventory_of
from watchkeeper.check.inventory import render_inventory
from watchkeeper.cli import output
from watchkeeper.cli.check.arguments import AsJson, LogPath
from watchkeeper.cli.log.arguments import moment
from watchkeeper.cli.shards import say_absent

Since = Annotated[
    str | None, typer.Option("--since", help="Only what was decided from this time on.")
]


def inventory(path: LogPath = Path("home"), since: Since = None, as_json: AsJson = False) -> None:
    """Say which systems, agents, tools, models, prompts and versions were seen, and which declared.

    From the records alone. What was seen and is not in the plan in force, or is something else than
    it declares, is a finding. Names that only an agent vouches for are counted, not listed. Models,
    prompts and versions are known as far as an agent's client says something of them; what it says
    itself stands in a home, not in a published log. Ends with 1 if there is a finding or the plan
    in force is not here; with 2 if the log can not be read.

    Example:
      watchkeeper check inventory home --since 2026-11-01
    """
    with output.speaking_plainly():
        say_absent(path)
        found = inventory_of(wiring.read_entries(path), wiring.bundles(path), moment(since))
    if as_json:
        output.show_json(found.json())
    else:
        output.show(render_inventory(found))
    if found.findings or not found.readable:
        raise typer.Exit(output.Exit.FOUND)
