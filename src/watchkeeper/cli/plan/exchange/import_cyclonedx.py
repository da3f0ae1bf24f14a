"""`watchkeeper plan import cyclonedx`: systems of a bill of materials, drafted into files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.exchange.arguments import needs_extra, person, readable, taken
from watchkeeper.cli.plan.exchange.trial import would_break
from watchkeeper.errors import ImportRefused
from watchkeeper.plan.draft.together import finish_writing, write_together


def import_cyclonedx(
    file: Annotated[Path, typer.Argument(help="The bill of materials, JSON of CycloneDX 1.6.")],
    workspace: Annotated[Path, typer.Argument(help="The workspace.")] = Path("aims"),
    owner: Annotated[
        str, typer.Option("--owner", help="Who answers for the systems: a person of the plan.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draft a file for each system of a bill of materials that the workspace has not.

    Nothing that is there is touched. Each draft is out of scope until somebody says otherwise: look
    for `say:` in it. Tool servers are named, and not drafted: their pins can not be taken from
    others.

    Example:
      watchkeeper plan import cyclonedx inventory.cdx.json aims --owner ana
    """
    with output.speaking_plainly():
        needs_extra("cyclonedx")
        from watchkeeper.plan.exchange.cyclonedx.taking import Known, draft_systems

        if workspace.is_dir():
            finish_writing(workspace)
        files = readable(workspace)
        answers = person(files, owner)
        agents = [agent.id for one in files.systems.values() for agent in one.says.agents]
        known = Known(frozenset(files.systems), frozenset(agents), frozenset(files.servers))
        drafted = draft_systems(taken(file), known, answers)
        broken = would_break(workspace, drafted.files) if drafted.files else []
        if broken:
            raise ImportRefused(f"the workspace {broken[0]}")
        written = bool(drafted.files) and not dry_run
        if written:
            write_together(workspace, drafted.files)
    if as_json:
        names = sorted(drafted.files)
        said = {"written": written, "files": names, "leftOut": list(drafted.left_out)}
        output.show_json(said)
        return
    for name in drafted.files:
        output.show(f"{'drafted' if written else 'would draft'}: {workspace / name}")
    for line in drafted.left_out:
        output.show(f"left out: {line}")
    if not written:
        output.say("nothing was written")
