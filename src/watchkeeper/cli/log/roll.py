"""`watchkeeper log roll`: the next shard of a home's log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson
from watchkeeper.cli.people import Line, find_home


def roll(
    home: Annotated[Path | None, typer.Argument(help="The home; else WATCHKEEPER_HOME.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")] = "me",
    new_log_key: Annotated[
        bool,
        typer.Option("--new-log-key", help="A new key signs the checkpoints of the new shard."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """End the log's shard and begin the next one, which takes over everything that counts.

    The old shard is never written to again and can be moved to cold storage; the home starts
    from its newest shard alone. Needs the role `operate`; a plan can have it done by itself
    (`limits: {shard_days: 30}`). A log's first record names the key of its checkpoints, so a new
    key begins with a new shard; tell those who pinned the old one.

    Examples:
      watchkeeper log roll home --by ana
      watchkeeper log roll home --by ana --new-log-key
    """
    with output.speaking_plainly():
        line = Line(find_home(home), by)
        try:
            told = line.ask("roll", {"newLogKey": True} if new_log_key else {})
        finally:
            line.close()
    if as_json:
        output.show_json(told)
    else:
        output.show(f"shard {told['shard']} was begun: {told['origin']}")
