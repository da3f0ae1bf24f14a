"""`do code`: the one-time code with which somebody comes to a first passkey."""

from __future__ import annotations

import hashlib
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, open_line, tell
from watchkeeper.loop.codes import CODE_BYTES, LIFETIME, render_code
from watchkeeper.records.instant import render_instant

_MARGIN = 5
"""Seconds by which the two clocks that are read here may differ from each other."""


def code(
    person: Annotated[
        str | None, typer.Argument(help="Whom it is for; else for you who sign.")
    ] = None,
    by: Person = "me",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Make a one-time code: whoever gives it in the console may register one passkey.

    It lasts ten minutes, is shown once, and counts once. For somebody else it takes the role
    `release`: the log then says that you vouched for that passkey, and on one action only one of
    you two may approve.

    Examples:
      watchkeeper do code --by ana
      watchkeeper do code ben --by ana
    """
    with open_line(home, by) as line:
        raw = wiring.ids().random_bytes(CODE_BYTES)
        expires = wiring.clock().wall().plus(LIFETIME - _MARGIN)
        body = {
            "person": person or by,
            "digest": hashlib.sha256(raw).hexdigest(),
            "expires": render_instant(expires),
        }
        told = line.ask("console-code", body)
        text = render_code(raw)
        place = f"{told['console']}/sign-in/code"
        output.say(f"code of {told['person']}, until {told['expires']}; give it once, at {place}")
        tell({**told, "code": text}, text, as_json)
