"""`watchkeeper check oversight`: how people decide on what is escalated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.check.oversight import oversight_of, render_oversight
from watchkeeper.check.survey import survey
from watchkeeper.cli import output
from watchkeeper.cli.check.arguments import AsJson, LogPath
from watchkeeper.cli.shards import say_absent
from watchkeeper.records.codec import to_json


def oversight(
    path: LogPath = Path("home"),
    persons: Annotated[
        bool, typer.Option("--persons", help="List the figures of each person, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say how people decide on what is escalated: how fast, how often yes, what they miss.

    From the records alone. Rates stand there from 20 on, each with its 95 % interval. Figures of
    persons are for those who answer for the oversight, and for the person: ask for them. Of a home,
    reversals on the same thing are found as well; a published log does not tell what is acted on.

    Example:
      watchkeeper check oversight home --json
    """
    with output.speaking_plainly():
        say_absent(path)
        counted = survey(wiring.read_entries(path))
        release = counted.in_force
        bundle = wiring.bundles(path)(release.plan) if release is not None else None
        found = oversight_of(counted.reviews, bundle.oversight if bundle else None)
        if not persons:
            found = replace(found, reviewers=(), persons=False)
    if as_json:
        output.show_json(to_json(found))
    else:
        output.show(render_oversight(found))
