"""`watchkeeper plan clauses`: clause by clause what is written down, and what the log shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import (
    AsJson,
    AtDay,
    Workspace,
    moment,
    registered,
    say_plan,
)
from watchkeeper.cli.plan.logs import Home, what_ran
from watchkeeper.plan.views.clauses.annex import annex_text, annex_view
from watchkeeper.plan.views.clauses.text import clauses_text
from watchkeeper.plan.views.clauses.view import clauses_view


def clauses(
    path: Workspace = Path("aims"),
    home: Home = None,
    annex: Annotated[
        bool, typer.Option("--annex", help="The controls of Annex A and their evidence instead.")
    ] = False,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Say clause by clause of ISO/IEC 42001 what is written down, whose it is and how it stands.

    What the log of a home shows stands in a column of its own: it makes no record present, and no
    record makes up for it. With `--annex`: for each control of Annex A the classes of evidence
    that it needs, the items that are there by class and origin, and the classes that are missing.

    Ends with 1 where a clause asks for a record that is missing, not approved or stale, or where
    a control that applies lacks a class of evidence; with 2 where the workspace can not be read.

    Examples:
      watchkeeper plan clauses aims
      watchkeeper plan clauses aims --home home --at 2027-03-01 --json
      watchkeeper plan clauses aims --annex
    """
    with output.speaking_plainly():
        when = moment(at)
        register, bundle = registered(path, when)
        ran = what_ran(home, when, register)
        figures = ran.figures
    if annex:
        rows = annex_view(register, bundle, figures)
        text = annex_text(rows, log=figures is not None)
        value = {"at": str(when), "controls": [row.json() for row in rows]}
        lacking = any(row.missing for row in rows)
    else:
        view = clauses_view(register, bundle, when, figures)
        text, value, lacking = clauses_text(view), view.json(), bool(view.lacking)
    if as_json:
        output.show_json({**value, "home": ran.home})
    else:
        output.show_folded(text)
        ran.say()
        say_plan(bundle)
    if lacking:
        raise typer.Exit(output.Exit.FOUND)
