"""`watchkeeper answer`: the three questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.check.answer import answer as answer_from
from watchkeeper.check.answer import render_answer, render_page
from watchkeeper.cli import output
from watchkeeper.cli.shards import say_absent


def answer(
    path: Annotated[Path, typer.Argument(help="A home, or the folder of a published log.")] = Path(
        "home"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the page to this file too.")
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Do not verify the log first, and say so.")
    ] = False,
) -> None:
    """Which systems are in scope, which controls are enforced, what proves it and who answers.

    Ends with 1 if verification found something wrong or the bundle of the plan in force is not
    there; with 2 if the log can not be read.

    Examples:
      watchkeeper answer home
      watchkeeper answer published --html answer.html
    """
    with output.speaking_plainly():
        verified = None if unverified else wiring.verified(path)
        say_absent(path)
        found = answer_from(wiring.read_entries(path), wiring.bundles(path), verified)
        if html is not None:
            html.write_text(render_page(found), encoding="utf-8")
    if as_json:
        output.show_json(found.json())
    else:
        output.show(render_answer(found))
    if not found.sound or not found.table.readable:
        raise typer.Exit(output.Exit.FOUND)
