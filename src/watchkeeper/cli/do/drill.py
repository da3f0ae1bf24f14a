"""`do drill`: escalations that are made up, to see whether reviewers catch them."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, open_line, tell
from watchkeeper.cli.verbs import group
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.loop.drills.case import Marks, case_of, sealed
from watchkeeper.plan.workspace.models.scalars import parse_duration

app = group(
    "drill",
    "Plant escalations that reviewers should refuse, and reveal them.",
    {
        "plant": "watchkeeper.cli.do.drill:plant",
        "reveal": "watchkeeper.cli.do.drill:reveal",
        "list": "watchkeeper.cli.do.drill:list_",
    },
)

Cases = Annotated[
    list[Path], typer.Option("--case", help="A case, as a JSON file; may be repeated.")
]
Within = Annotated[
    str, typer.Option("--within", help="Each comes at a random moment within this: `8h`, `30m`.")
]
_SALT = 16


def plant(
    case: Cases,
    within: Within = "8h",
    by: Person = "me",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Commit to cases now; the gateway plants each among the real ones, and reveals it afterwards.

    A case is what `do decide` takes (`agent`, `tool`, `arguments`, `facts`), and what is `wrong`
    with it. It takes the role `operate`, and `oversight: {planted_per_day: N}` in the plan. Nothing
    of it is ever done.

    Example:
      watchkeeper do drill plant --case shell-company.json --within 8h --by ana
    """
    with open_line(home, by) as line:
        span = _span(within)
        kept = [sealed(case_of(_read(path)), _marks(span)) for path in case]
        body = {
            "id": wiring.ids().random_bytes(8).hex(),
            "commitments": [one["commitment"] for one in kept],
        }
        told = line.ask("plant", body, {"cases": kept})
        tell(told, f"{told['id']}: {told['planted']} committed to", as_json)


def reveal(
    drill: Annotated[str, typer.Argument(help="The drill's id, as `do drill plant` said it.")],
    by: Person = "me",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Call off what was not planted yet, and reveal what nobody can answer any more.

    A gateway that runs reveals by itself; what people can still answer is revealed by nobody.

    Example:
      watchkeeper do drill reveal 5d6f0a1b2c3d4e5f --by ana
    """
    with open_line(home, by) as line:
        told = line.ask("reveal", {"id": drill})
        tell(told, f"{drill}: {told['revealed']} revealed, {told['waiting']} wait", as_json)


def list_(by: Person = "me", home: HomePath = None, as_json: AsJson = False) -> None:
    """Say what is committed to and not revealed yet. It takes the role `operate`.

    Example:
      watchkeeper do drill list --by ana
    """
    with open_line(home, by) as line:
        found = line.ask("drills", {})
        lines = [f"{one['id']}  {one['due']}  {one['state']}" for one in found]
        tell(found, "\n".join(lines) or "nothing is committed to", as_json)


def _read(path: Path) -> Any:
    return parse_json(path.read_bytes(), max_bytes=1 << 20, max_depth=64)


def _span(within: str) -> int:
    try:
        span = parse_duration(within)
    except ValueError as error:
        raise CommandInvalid(str(error)) from None
    if span >= _DAY:
        raise CommandInvalid("a case is planted within a day", "say `--within 23h` or less")
    return span


def _marks(span: int) -> Marks:
    """Draw the moment of a case, and all that makes its request this one."""
    ids = wiring.ids()
    due = wiring.clock().wall().plus(_SOONEST + secrets.randbelow(span * 1000 + 1) / 1000)
    return Marks(
        due,
        wiring.action_id_at(due),
        ids.random_bytes(_SALT).hex(),
        ids.random_bytes(_SALT),
        ids.random_bytes(_SALT),
    )


_DAY = 86_400
_SOONEST = 2.0
"""Seconds that pass before a gateway is sure to know of a case."""
