"""`do decide`: what would happen to an action."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.do.asking import AsJson, HomePath, tell
from watchkeeper.cli.people import find_home


def decide(
    file: Annotated[Path, typer.Argument(help="The action as JSON; `-` reads standard input.")],
    home: HomePath = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Decide under this workspace instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would happen to an action, and why. A dry run: nothing is released or used up.

    FILE holds {"agent", "tool": "server/tool", "arguments", "facts"?, "at"?}; `facts` gives the
    values of the declared sources, since a dry run reads no system of record, and under `history`
    what happened before; of that, what is left out did not happen.

    Example:
      watchkeeper do decide refund.json --workspace aims
    """
    from watchkeeper.cli.dry_run import dry_run, render

    with output.speaking_plainly():
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        found = dry_run(raw, None if workspace else find_home(home), workspace)
    tell(found, render(found), as_json)
