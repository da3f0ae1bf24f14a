"""`watchkeeper log adopt`: going on with a home that was restored or copied."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.log.keys import By, HomeArgument
from watchkeeper.cli.people import Line, find_home, reason_of


def adopt(
    why: Annotated[str, typer.Option("--why", help="What happened, in a sentence; required.")],
    home: HomeArgument = None,
    by: By = "me",
    show_only: Annotated[
        bool, typer.Option("--show", help="Only say what speaks against the home.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Go on with a home that was restored from a copy, or stands elsewhere; needs `operate`.

    What speaks against it, and which records are known to be missing, is recorded for good. It
    explains the gap and does not heal it: whoever keeps a checkpoint of the lost records will
    find that this log is not its continuation. If the true home still exists, serve that instead.

    Examples:
      watchkeeper log adopt home --by ana --why "moved to the new machine"
      watchkeeper log adopt home --by ana --why "" --show
    """
    with output.speaking_plainly():
        line = Line(find_home(home), by)
        try:
            found: dict[str, Any] = line.ask("doubts", {})
            for doubt in found["doubts"]:
                output.say(_doubt_text(doubt, found["size"]))
            if not show_only:
                digest, beside = reason_of(why)
                ids = [doubt["id"] for doubt in found["doubts"]]
                body = {"size": found["size"], "doubts": ids, "reason": digest}
                found = line.ask("adopt", body, beside)
        finally:
            line.close()
    if as_json:
        output.show_json(found)
    elif not show_only:
        output.show(_text(found))


def _doubt_text(doubt: dict[str, Any], size: int) -> str:
    if doubt["kind"] == "moved":
        return "against it: it stood on another machine or in another folder"
    what = f"a checkpoint over {doubt['size']} records was seen: {doubt['seen']}"
    if doubt["kind"] == "ahead":
        return f"against it: {what}; here are {size}"
    return f"against it: {what}; the records here are others"


def _text(found: dict[str, Any]) -> str:
    text = f"adopted as record {found['index']}"
    if found["missing"]:
        first, end = found["missing"]
        text += f"; records {first} to {end - 1} of the other history are not here"
    if found["forked"]:
        text += (
            "\nwho keeps a checkpoint of the other history, witnesses too, will refuse this log "
            "from now on: hand out a checkpoint of it, and the reason"
        )
    return text
