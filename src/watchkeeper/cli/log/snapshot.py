"""`watchkeeper log snapshot`: what makes the next start quick."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson

_GENTLY = 10


def snapshot(
    path: Annotated[Path, typer.Argument(help="A home.")] = Path("home"),
    as_json: AsJson = False,
) -> None:
    """Write a snapshot of a home's state, so that its next start need not read every record.

    A gateway that runs has this done now and then, in a process of its own and at low priority.
    A snapshot is signed, says nothing that the records do not say, and can be removed at any time.

    Example:
      watchkeeper log snapshot home
    """
    os.nice(_GENTLY)
    with output.speaking_plainly():
        count = wiring.keep_snapshot(path)
    if as_json:
        output.show_json({"records": count})
    else:
        output.show(f"a snapshot that counts {count} records")
