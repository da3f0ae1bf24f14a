"""`watchkeeper log keys`, `rotate-key`, `revoke-key`: which keys count, and changing them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson, Where
from watchkeeper.cli.people import Line, find_home, reason_of
from watchkeeper.loop.custody import check_offer

HomeArgument = Annotated[
    Path | None, typer.Argument(help="The home; else WATCHKEEPER_HOME, else `home`.")
]
By = Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")]


def keys(where: Where = "home", as_json: AsJson = False) -> None:
    """List the keys that sign records and the log, since when they count, and where they live.

    Where they live is known of a home only. Nothing is verified here: see `log verify`, step 16.

    Examples:
      watchkeeper log keys home
      watchkeeper log keys https://example.org/log --json
    """
    with output.speaking_plainly():
        found = wiring.key_list(where)
    if as_json:
        output.show_json(found)
        return
    for key in found["record"]:
        lives = f"  {key['lives']}" if "lives" in key else ""
        output.show(f"record  {key['keyid']}  counts {key['counts']}{lives}")
    lives = f"  {found['log']['lives']}" if "lives" in found["log"] else ""
    output.show(f"log     {found['log']['vkey']}{lives}")


def rotate_key(
    home: HomeArgument = None,
    by: By = "me",
    to: Annotated[
        str | None,
        typer.Option("--to", help="Where the new key lives: file:PATH or pkcs11:…; else a file."),
    ] = None,
    destroy_old: Annotated[
        bool, typer.Option("--destroy-old", help="Remove the old key's file instead of keeping it.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="Your reason, in a sentence.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let another key sign records from the next one on; needs the role `operate`.

    The old key signs the record that names the new one, and never anything after it. Its file is
    moved to `keys/retired`. A key in a token stays there: destroy it with the token's own tool.

    Examples:
      watchkeeper log rotate-key home --by ana --why "once a year"
      watchkeeper log rotate-key home --by ana --to 'pkcs11:token=desk;object=records'
    """
    with output.speaking_plainly():
        line = Line(find_home(home), by)
        try:
            offer = line.ask("next-key", {"uri": to})
            keyid = check_offer(line.hello().origin, offer)
            digest, beside = reason_of(why)
            body = {
                "replaces": offer["replaces"],
                "newKey": offer["newKey"],
                "old": "destroyed" if destroy_old else "retired",
                "reason": digest,
            }
            answer = line.ask("rotate-key", body, {**beside, "proof": offer["proof"]})
        finally:
            line.close()
    _tell(answer, f"{keyid} signs records from {answer['from']} on", as_json)


def revoke_key(
    keyid: Annotated[str, typer.Argument(help="The key's id, as `log keys` lists it.")],
    since: Annotated[int, typer.Option("--from", min=0, help="The first index it is void at.")],
    why: Annotated[str, typer.Option("--why", help="Your reason, in a sentence.")],
    home: Annotated[
        Path | None, typer.Option("--home", help="The home; else WATCHKEEPER_HOME, else `home`.")
    ] = None,
    by: By = "me",
    as_json: AsJson = False,
) -> None:
    """Say that a key that leaked does not count from an index on; needs the role `operate`.

    Rotate it first. From then on `log verify` reports every record that it signed from that
    index on; this can not be taken back, only be put to an earlier index.

    Example:
      watchkeeper log revoke-key KEYID --from 4711 --home home --by ana --why "laptop lost"
    """
    with output.speaking_plainly():
        line = Line(find_home(home), by)
        try:
            digest, beside = reason_of(why)
            body = {"revoked": keyid, "revokedFrom": since, "reason": digest}
            answer = line.ask("revoke-key", body, beside)
        finally:
            line.close()
    _tell(answer, f"{keyid} does not count from {since} on", as_json)


def _tell(answer: dict[str, Any], text: str, as_json: bool) -> None:
    if as_json:
        output.show_json(answer)
    else:
        output.show(text)
