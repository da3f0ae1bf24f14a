"""`watchkeeper plan export cyclonedx`: the inventory as a bill of materials."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.exchange.arguments import Source, moment, needs_extra, said
from watchkeeper.plan.draft.editing import write_whole


def export_cyclonedx(
    workspace: Source = Path("aims"),
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = Path("aims.cdx.json"),
    at: Annotated[
        str | None, typer.Option("--at", help="A time stamp to put in, like 2027-06-30; none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the inventory as CycloneDX 1.6: systems, agents, models with a card, tool servers.

    It is validated in strict mode before it is written. The same plan gives the same bytes; there
    is no time stamp in it unless you give one with `--at`.

    Example:
      watchkeeper plan export cyclonedx aims --out inventory.cdx.json
    """
    with output.speaking_plainly():
        needs_extra("cyclonedx")
        from watchkeeper.plan.exchange.cyclonedx.inventory import bill_of_materials

        says = said(workspace)
        raw = bill_of_materials(says, moment(at) if at is not None else None)
        write_whole(out, raw.decode())
    if as_json:
        systems = list(says.systems)
        output.show_json({"plan": says.plan, "file": str(out), "systems": systems})
    else:
        output.show(f"{out}: {len(says.systems)} systems, {len(says.bundle.servers)} tool servers")
