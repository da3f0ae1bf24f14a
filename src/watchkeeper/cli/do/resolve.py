"""`do resolve`, `do accept-clock`: what only a person can settle."""

from __future__ import annotations

from typing import Annotated

import typer

from watchkeeper.cli.do.asking import AsJson, HomePath, Person, open_line, tell


def resolve(
    action_id: Annotated[
        str | None, typer.Argument(help="The action; without it, all unknown ones are listed.")
    ] = None,
    status: Annotated[
        str, typer.Option("--as", help="read (as the tool file declares), succeeded or failed.")
    ] = "read",
    by: Person = "me",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Settle an action whose effect is not known, with its one effect record.

    Examples:
      watchkeeper do resolve --by ana                        (lists)
      watchkeeper do resolve ACTION --by ana                 (by the declared read)
      watchkeeper do resolve ACTION --as failed --by ana
    """
    with open_line(home, by) as line:
        if action_id is None:
            listed = line.ask("unknown", {})
            rows = (f"{u['actionId']}  {u['at']}  {u['agent']}  {u['tool']}" for u in listed)
            tell(listed, "\n".join(rows) or "no effect is unknown", as_json)
            return
        answer = line.ask("resolve", {"actionId": action_id, "status": status})
        tell(answer, f"{action_id}: {answer['status']} (by {answer['by']})", as_json)


def accept_clock(by: Person = "me", home: HomePath = None, as_json: AsJson = False) -> None:
    """Accept the clock as it stands, after it went backwards or leapt.

    Example:
      watchkeeper do accept-clock --by ana
    """
    with open_line(home, by) as line:
        tell(line.ask("accept-clock", {}), "the clock is accepted", as_json)
