"""`watchkeeper plan ready`: the dated path to a certification audit, and what is late."""

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
from watchkeeper.plan.views.ready.view import ready_text, ready_view
from watchkeeper.records.day import day_of


def ready(
    audit: Annotated[str, typer.Option("--audit", help="The day of stage 2, like `2027-09-01`.")],
    path: Workspace = Path("aims"),
    home: Home = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Say what has to be there by when before a certification audit, what is done and what is late.

    What must exist, run for a while, be audited internally and be reviewed, each with its day.
    Days are reckoned back from stage 2 by weeks of our own, which `readiness:` of `aims.yaml` may
    change. What is done is worked out from the records: an audit counts after the operation, a
    review after the audit.

    Ends with 1 where a step is late; with 2 where the workspace can not be read.

    Examples:
      watchkeeper plan ready aims --audit 2027-09-01
      watchkeeper plan ready aims --audit 2027-09-01 --home home --json
    """
    with output.speaking_plainly():
        when, stage_2 = moment(at), day_of(moment(audit))
        register, bundle = registered(path, when)
        ran = what_ran(home, when, register)
        figures = ran.figures
        view = ready_view(register, bundle, when, stage_2, figures)
    if as_json:
        output.show_json({**view.json(), "home": ran.home})
    else:
        output.show_folded(ready_text(view))
        ran.say()
        say_plan(bundle)
    if view.late:
        raise typer.Exit(output.Exit.FOUND)
