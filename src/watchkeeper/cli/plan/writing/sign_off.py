"""`watchkeeper plan sign-off`: somebody approves records of the management system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, moment, readable
from watchkeeper.plan.draft.signing_off import SignedOff
from watchkeeper.plan.draft.signing_off import sign_off as approve
from watchkeeper.plan.draft.together import finish_writing, write_together
from watchkeeper.records.day import day_of


def sign_off(
    record: Annotated[
        list[str] | None,
        typer.Argument(help="What to approve: `scope`, `risk/late`, a file. All if left out."),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who approves: an id of a person.")] = "me",
    workspace: Annotated[Path, typer.Option("--workspace", help="The workspace.")] = Path("aims"),
    version: Annotated[
        str | None, typer.Option("--version", help="The version that is approved.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="The day of the approval, where not today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write an approval into records: who, on which day, and the digest of what they say now.

    Read what you approve first. Without names it approves all records that are not approved as
    they stand, documents with the digest of their file. A record that still asks (`say: …`) is
    left out. The approval holds for exactly what was approved: a word changed later is named.
    It is a person's word; what binds it is the release that somebody signs.

    Ends with 1 where something was left out.

    Examples:
      watchkeeper plan sign-off --by ana
      watchkeeper plan sign-off soa risk/late-refunds --by ana --version 2
    """
    with output.speaking_plainly():
        for name in finish_writing(workspace) if workspace.is_dir() else ():
            output.say(f"went on with a change that was broken off: {name}")
        day = day_of(moment(on))
        done = approve(readable(workspace), record or [], by, day, version)
        write_together(workspace, done.texts, done.read)
    if as_json:
        output.show_json(_json(done))
    else:
        _print(done, by)
    if done.refused:
        raise typer.Exit(output.Exit.FOUND)


def _json(done: SignedOff) -> dict[str, Any]:
    return {
        "signed": [{"record": one.name, "file": one.file} for one in done.signed],
        "leftOut": [
            {"record": one.name, "file": one.file, "why": why} for one, why in done.refused
        ],
    }


def _print(done: SignedOff, by: str) -> None:
    for one in done.signed:
        output.show(f"{one.name}: approved by {by}, in {one.file}")
    for one, why in done.refused:
        output.show(f"{one.name}: left out: {why}")
    if not done.signed and not done.refused:
        output.say("everything is approved as it stands")
