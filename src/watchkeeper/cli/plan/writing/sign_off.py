"""`watchkeeper plan sign-off`: somebody approves records of the management system."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, past_day, readable
from watchkeeper.cli.plan.exchange.arguments import settled
from watchkeeper.plan.draft.signing_off import SignedOff, Target, check_shown
from watchkeeper.plan.draft.signing_off import sign_off as approve
from watchkeeper.plan.draft.together import write_together


def sign_off(
    record: Annotated[
        list[str] | None,
        typer.Argument(
            help="What: `scope`, `risk/late`, a file, or a kind like `risk`. All if left out."
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who approves: an id of a person.")] = "me",
    workspace: Annotated[Path, typer.Option("--workspace", help="The workspace.")] = Path("aims"),
    version: Annotated[
        str | None, typer.Option("--version", help="The version that is approved.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="The day of the approval, where not today.")
    ] = None,
    look: Annotated[
        bool, typer.Option("--look", help="Only show what would be approved; write nothing.")
    ] = False,
    shown: Annotated[
        str | None,
        typer.Option("--shown", help="Approve only if it is what `--look` showed: its digest."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask at a terminal.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write an approval into records: who, on which day, and the digest of what they say now.

    Read what you approve first. Without names it approves all records that are not approved as
    they stand, documents with the digest of their file; of a kind, those of the kind. A record
    that still asks (`say: …`) is left out. At a terminal it shows them and asks. `--look` shows
    them with one digest of all; with `--shown` and that digest nothing is approved but exactly
    that. A word changed later is named. It is a person's word; what binds it is the release that
    somebody signs.

    Ends with 1 where something was left out or nobody said yes; with 2, and without a word
    written, where anything is not what was shown.

    Examples:
      watchkeeper plan sign-off --by ana --look
      watchkeeper plan sign-off soa risk/late-refunds --by ana --version 2
      watchkeeper plan sign-off risk --by ana --yes
    """
    with output.speaking_plainly():
        day = past_day(on, "an approval is of today or before")
        chosen = (record or [], by, day, version)
        done = approve(settled(workspace, dry_run=look), *chosen)
        if not (look or yes or shown) and done.signed and sys.stdin.isatty():
            _ask(done, by)
            shown = done.shown
            done = approve(readable(workspace), *chosen)
        if shown is not None:
            check_shown(done, shown)
        if not look:
            write_together(workspace, done.texts, done.read)
    if as_json:
        output.show_json(_json(done))
    else:
        _print(done, by, look=look)
    if done.refused:
        raise typer.Exit(output.Exit.FOUND)


def _ask(done: SignedOff, by: str) -> None:
    """Show what is to be approved, and end the command unless somebody says yes."""
    for line in _lines(done):
        output.say(line)
    count = len(done.signed)
    output.say(f"{by} would approve {'this' if count == 1 else 'these'}, as the files say it now")
    if not typer.confirm(f"approve {'it' if count == 1 else f'these {count}'}?", err=True):
        output.fail("nothing was approved", code=output.Exit.FOUND)


def _lines(done: SignedOff) -> Iterator[str]:
    for one in done.signed:
        yield f"{one.name}  {one.file}"
        yield f"    {_before(one)}; {_version(one, done.version)}"
        yield f"    {done.digests[one.name]}"


def _before(one: Target) -> str:
    says = one.says
    if says.approved_by is None:
        return "approved by nobody yet"
    on = f" on {says.approved}" if says.approved else ""
    return f"approved before by {says.approved_by}{on}"


def _version(one: Target, version: str | None) -> str:
    old = one.says.version
    if version is None or version == old:
        return f"version {old}" if old else "its first version"
    return f"version {old or 'none'} -> {version}"


def _json(done: SignedOff) -> dict[str, Any]:
    return {
        "shown": done.shown,
        "signed": [
            {"record": one.name, "file": one.file, "digest": done.digests[one.name]}
            for one in done.signed
        ],
        "leftOut": [
            {"record": one.name, "file": one.file, "why": why} for one, why in done.refused
        ],
    }


def _print(done: SignedOff, by: str, *, look: bool) -> None:
    if look:
        for line in _lines(done):
            output.show(line)
    else:
        for one in done.signed:
            output.show(f"{one.name}: approved by {by}, in {one.file}")
    for one, why in done.refused:
        output.show(f"{one.name}: left out: {why}")
    if not done.signed and not done.refused:
        output.say("everything is approved as it stands")
    elif look and done.signed:
        output.say(f"nothing was written; to approve exactly this: `--shown {done.shown}`")
