"""`watchkeeper plan import cyclonedx`: systems of a bill of materials, drafted into files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.exchange.arguments import DryRun, needs_extra, opened, taken
from watchkeeper.cli.plan.exchange.trial import write_drafted


def import_cyclonedx(
    file: Annotated[Path, typer.Argument(help="The bill of materials, JSON of CycloneDX 1.6.")],
    workspace: Annotated[Path, typer.Argument(help="The workspace.")] = Path("aims"),
    owner: Annotated[
        str, typer.Option("--owner", help="Who answers for the systems: a person of the plan.")
    ] = "",
    dry_run: DryRun = False,
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

        files, answers = opened(workspace, owner, dry_run=dry_run)
        agents = [agent.id for one in files.systems.values() for agent in one.says.agents]
        known = Known(frozenset(files.systems), frozenset(agents), frozenset(files.servers))
        drafted = draft_systems(taken(file), known, answers)
        written = write_drafted(workspace, drafted.files, dry_run=dry_run)
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
