"""`do mandates`: the tasks that applications opened, and the end of one."""

from __future__ import annotations

from typing import Annotated

import typer

from watchkeeper.cli.do.asking import AsJson, HomePath, Person, Why, end_it, open_line, tell


def mandates(
    by: Person = "me",
    home: HomePath = None,
    end: Annotated[
        str | None, typer.Option("--end", metavar="ID", help="End this task, for good.")
    ] = None,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """List the tasks that are open; or end one (role `operate`): what waits in it is voided.

    Examples:
      watchkeeper do mandates --by ana
      watchkeeper do mandates --end task_5f0c --by ana --why "the customer withdrew"
    """
    with open_line(home, by) as line:
        if end is not None:
            tell(end_it(line, "end-mandate", end, why), f"{end} has ended", as_json)
            return
        listed = line.ask("mandates", {})
        said = (
            f"{one['id']}  {one['agent']}  {', '.join(one['actions'])}  "
            f"by {one['application']}, until {one['until']}"
            for one in listed
        )
        tell(listed, "\n".join(said), as_json)
