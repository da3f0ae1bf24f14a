"""`watchkeeper check`: what the records say against what the plan says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.check.gap import gap_table, render_gap
from watchkeeper.check.oversight import oversight_of, render_oversight
from watchkeeper.check.replay import render_replay, replay_all, summarise
from watchkeeper.check.survey import survey
from watchkeeper.cli import output
from watchkeeper.cli.shards import say_absent
from watchkeeper.records.codec import to_json

app = typer.Typer(
    name="check",
    help="Read the records back: what is enforced, what is not, and does it replay.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

LogPath = Annotated[Path, typer.Argument(help="A home, or the folder of a published log.")]
EvidencePath = Annotated[
    Path, typer.Argument(help="A home, the folder of a published log, or a bundle's file.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("gap")
def gap(path: LogPath = Path("home"), as_json: AsJson = False) -> None:
    """Say control by control what is defined, what fires and what does not.

    Ends with 1 if a control that should be enforced could not be evaluated, if something fires
    that stands in no control file, or if the bundle of the plan in force is not there; with 2 if
    the log can not be read. Controls that never fired are named, and do not fail the check.
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


@app.command("oversight")
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

    Example: watchkeeper check oversight home --json
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


@app.command("replay")
def replay(path: EvidencePath = Path("home"), as_json: AsJson = False) -> None:
    """Decide every recorded request again and say whether each comes out the same.

    That needs payloads and plans: a home has them, a bundle may (`log bundle --payloads`).
    Ends with 1 if a decision comes out different or can not be decided again for a reason other
    than erasure or another engine; with 2 if the log can not be read.
    """
    with output.speaking_plainly():
        say_absent(path)
        summary = summarise(replay_all(wiring.read_evidence(path), wiring.replayer(path)))
    if as_json:
        output.show_json(summary.json())
    else:
        output.show(render_replay(summary))
    if not summary.sound:
        raise typer.Exit(output.Exit.FOUND)
