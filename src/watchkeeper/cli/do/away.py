"""`do away`: who is away, and who stands in for them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, Why, end_it, open_line, tell
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.workspace.models.scalars import moment_text
from watchkeeper.records.instant import render_instant


def away(
    deputy: Annotated[
        str | None, typer.Argument(help="Who stands in; without, list who is away.")
    ] = None,
    by: Person = "me",
    role: Annotated[str | None, typer.Option("--role", help="Away from which role.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="The day or time when you are back.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="The day or time when it begins; else now.")
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", help="Who is away; else you. Takes `operate`.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="ID", help="End it early.")] = None,
    why: Why = "",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Say that you are away: a deputy whom the plan names answers reviews for you meanwhile.

    A deputy and whom they stand in for count as one person, and what keeps the one out keeps the
    other out.

    Examples:
      watchkeeper do away --by ben
      watchkeeper do away dana --role refund-lead --from 2026-12-21 --until 2027-01-04 --by ben
      watchkeeper do away --end abs_77f0 --by ben
    """
    with open_line(home, by) as line:
        if end is not None:
            tell(end_it(line, "end-absence", end, why), f"{end} is over", as_json)
        elif deputy is None:
            held = line.ask("absences", {})
            tell(held, "\n".join(map(_line, held)) or "nobody is away", as_json)
        else:
            if role is None or until is None:
                raise SettingsInvalid("an absence is from a role, and dated", "give both options")
            body = {
                "id": f"abs_{wiring.ids().random_bytes(8).hex()}",
                "person": person or by,
                "role": role,
                "deputy": deputy,
                "since": _moment(since) if since else render_instant(wiring.clock().wall()),
                "until": _moment(until),
            }
            answer = line.ask("away", body)
            text = f"{answer['id']}: {deputy} stands in for {body['person']} until {body['until']}"
            tell(answer, text, as_json)


def _moment(text: str) -> str:
    try:
        return moment_text(text).replace("Z", ".000000Z")
    except ValueError as error:
        raise SettingsInvalid(f"{cut(text)} is no time", str(error)) from None


def _line(one: dict[str, Any]) -> str:
    now = "" if one["now"] else " (not yet)"
    return (
        f"{one['id']}  {one['person']} is away from {one['role']}{now}: {one['deputy']} stands in "
        f"from {one['since']} to {one['until']}"
    )
