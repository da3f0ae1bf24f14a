"""`watchkeeper plan clauses`: clause by clause what is written down, and what the log shows."""

from __future__ import annotations

from pathlib import Path

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, Workspace, moment, registered
from watchkeeper.plan.views.clauses.text import clauses_text
from watchkeeper.plan.views.clauses.view import clauses_view


def clauses(path: Workspace = Path("aims"), at: AtDay = None, as_json: AsJson = False) -> None:
    """Say clause by clause of ISO/IEC 42001 what is written down, whose it is and how it stands.

    What the log shows stands in a column of its own: it makes no record present, and no record
    makes up for it. Ends with 1 where a clause asks for a record that is missing, not approved or
    stale; with 2 where the workspace can not be read.

    Examples:
      watchkeeper plan clauses aims
      watchkeeper plan clauses aims --at 2027-03-01 --json
    """
    with output.speaking_plainly():
        when = moment(at)
        register, bundle = registered(path, when)
        view = clauses_view(register, bundle, when)
    if as_json:
        output.show_json(view.json())
    else:
        output.show(clauses_text(view))
    if view.lacking:
        raise typer.Exit(output.Exit.FOUND)
