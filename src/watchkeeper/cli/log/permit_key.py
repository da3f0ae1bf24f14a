"""`watchkeeper log permit-key`: another key for permits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson
from watchkeeper.cli.people import find_home

HomeArgument = Annotated[
    Path | None, typer.Argument(help="The home; else WATCHKEEPER_HOME, else `home`.")
]


def permit_key(
    home: HomeArgument = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Where the new key lives: file:PATH or pkcs11:…; else a file."),
    ] = None,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="What the old key signed counts no more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Sign permits with another key from now on; a gateway that runs takes it up by itself.

    Permits that are under way go on counting for 20 minutes, twice what any is good for, unless
    `--at-once`: for a key that somebody may have read. Tool servers that read `permits.jwks` of the
    home know the new key at once, those that ask the gateway within seconds of its first permit.

    Examples:
      watchkeeper log permit-key home
      watchkeeper log permit-key home --at-once --json
    """
    with output.speaking_plainly():
        where = find_home(home)
        keyid = wiring.rotate_permit_key(where, to, keep=not at_once)
    if as_json:
        output.show_json({"keyid": keyid, "oldCounts": not at_once})
        return
    output.show(f"permits are signed by {keyid} from now on")
