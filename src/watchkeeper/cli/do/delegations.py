"""`do delegations`: what agents lent one another, and the end of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from watchkeeper.cli.do.asking import AsJson, HomePath, Person, Why, end_it, open_line, tell


def delegations(
    by: Person = "me",
    home: HomePath = None,
    end: Annotated[
        str | None,
        typer.Option("--end", metavar="ID", help="Take this back, and all that rests on it."),
    ] = None,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """List what agents lent one another; or take one back (role `operate`).

    Examples:
      watchkeeper do delegations --by ana
      watchkeeper do delegations --end lent_5f0c --by ana --why "not needed"
    """
    with open_line(home, by) as line:
        if end is not None:
            tell(end_it(line, "end-delegation", end, why), f"{end} has ended", as_json)
            return
        listed = line.ask("delegations", {})
        tell(listed, "\n".join(_line(one) for one in listed), as_json)


def _line(one: dict[str, Any]) -> str:
    most = "".join(f", {name} up to {most}" for name, most in one["most"].items())
    left = "" if one["left"] is None else f", {one['left']} left"
    return (
        f"{one['id']}  {one['giver']} to {one['taker']}  {one['grant']}: "
        f"{', '.join(one['actions'])}{most}{left}, until {one['until']}"
    )
