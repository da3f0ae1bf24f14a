"""What the commands of `do` have in common: who asks, which home, how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.people import Line, find_home, reason_of
from watchkeeper.errors import SettingsInvalid, cut

HomePath = Annotated[
    Path | None, typer.Option("--home", help="The home; else WATCHKEEPER_HOME, else `home`.")
]
Person = Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Handle = Annotated[str, typer.Argument(help="The handle, as `do pending` shows it.")]
Handles = Annotated[
    list[str], typer.Argument(help="The handle, or several of like actions: one signature.")
]
Why = Annotated[str, typer.Option("--why", help="Your reason, in a sentence.")]


Stead = Annotated[
    str | None, typer.Option("--for", help="Whom you stand in for, while they are away.")
]


@contextmanager
def open_line(home: Path | None, person: str) -> Iterator[Line]:
    """Open a person's way to a home; what stands against it is said plainly."""
    with output.speaking_plainly():
        line = Line(find_home(home), person)
        try:
            yield line
        finally:
            line.close()


def stead_of(line: Line, person: str | None, role: str) -> dict[str, Any]:
    """Return what a deputy signs besides: for whom, and by which absence; nothing for oneself.

    Raises:
        SettingsInvalid: nobody of this name is away from the role now.
    """
    if person is None:
        return {}
    for one in line.ask("absences", {}):
        if (one["person"], one["role"], one["now"]) == (person, role, True):
            return {"for": person, "absence": one["absence"]}
    raise SettingsInvalid(f"{cut(person)} is not away from {cut(role)} now", "see `do away`")


def end_it(line: Line, verb: str, id_: str, why: str) -> Any:
    """Have what `id_` names ended by `verb`, with the reason that was given; return the answer."""
    reason, beside = reason_of(why)
    return line.ask(verb, {"id": id_, "reason": reason}, beside)


def tell(value: Any, text: str, as_json: bool) -> None:
    """Print what came of it: for a program, or for people."""
    if as_json:
        output.show_json(value)
    else:
        output.show(text)
