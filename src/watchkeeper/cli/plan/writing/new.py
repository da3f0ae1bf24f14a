"""`watchkeeper plan new`: a record of the management system, begun from its template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import moment, readable
from watchkeeper.plan.draft.new_record import KINDS, new_record
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.schemas.export import published_schema
from watchkeeper.plan.workspace.folder import open_folder
from watchkeeper.plan.workspace.kinds import BY_KIND
from watchkeeper.records.day import day_of


def new(
    kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.")],
    id_: Annotated[
        str, typer.Argument(metavar="[ID]", help="Its id; of an assessment, the system.")
    ] = "",
    workspace: Annotated[Path, typer.Option("--workspace", help="The workspace.")] = Path("aims"),
) -> None:
    """Begin a record from its template; an editor that knows YAML completes it as you type.

    Where you have to say something, the template has `say: …`: lint names it as long as it is
    there, and nothing counts a template as a record.

    Examples:
      watchkeeper plan new scope
      watchkeeper plan new risk late-refunds --workspace aims
    """
    with output.speaking_plainly():
        file, text = new_record(readable(workspace), kind, id_, day_of(moment(None)))
        schema = f"{BY_KIND[kind].kind}.schema.json"
        beside, folder = f".schemas/{schema}", open_folder(workspace)
        read = {beside: folder.read(beside)} if folder.has(beside) else {}
        write_together(workspace, {file: text, beside: published_schema(schema)}, read)
    output.show(str(workspace / file))
