"""`watchkeeper plan import oscal`: a catalogue and a profile, drafted into controls and rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.exchange.arguments import DryRun, opened
from watchkeeper.cli.plan.exchange.folders import documents_in
from watchkeeper.cli.plan.exchange.trial import write_drafted
from watchkeeper.plan.exchange.oscal.taking.drafting import draft_oscal
from watchkeeper.plan.workspace.folder import open_folder


def import_oscal(
    place: Annotated[Path, typer.Argument(help="A catalogue's file, or a folder of documents.")],
    workspace: Annotated[Path, typer.Argument(help="The workspace.")] = Path("aims"),
    owner: Annotated[
        str, typer.Option("--owner", help="Who answers for new controls: a person of the plan.")
    ] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Draft controls of an OSCAL catalogue, and rows of a profile.

    Each control becomes a file of `controls/`, unless it is there. What a profile includes is in,
    what it excludes is out, the rest of its catalogue undetermined; only rows that are missing or
    undetermined are filled. The words of ISO are not taken, only titles. Nothing is fetched.

    Examples:
      watchkeeper plan import oscal catalog.json aims --owner ana --dry-run
      watchkeeper plan import oscal oscal-folder aims --owner ana
    """
    with output.speaking_plainly():
        files, answers = opened(workspace, owner, dry_run=dry_run)
        folder = open_folder(workspace)
        soa = folder.read("soa.yaml") if folder.has("soa.yaml") else None
        known = frozenset(files.controls)
        drafted = draft_oscal(documents_in(place), known, soa, answers)
        read = {} if soa is None else {"soa.yaml": soa}
        written = write_drafted(workspace, drafted.files, read, dry_run=dry_run)
    if as_json:
        said = {"written": written, "files": sorted(drafted.files), "taken": list(drafted.taken)}
        output.show_json({**said, "leftOut": list(drafted.left_out)})
        return
    for line in drafted.taken:
        output.show(f"{'drafted' if written else 'would draft'}: {line}")
    for line in drafted.left_out:
        output.show(f"left out: {line}")
    output.say("look for `say:` in what is new" if written else "nothing was written")
