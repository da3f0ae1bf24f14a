"""`watchkeeper plan export-schemas`: the JSON Schemas of the workspace's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.plan.draft.editing import write_whole
from watchkeeper.plan.schemas.export import schema_files


def export_schemas(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")],
) -> None:
    """Write the JSON Schemas of the workspace's files, for editors.

    Example:
      watchkeeper plan export-schemas schemas
    """
    with output.speaking_plainly():
        for name, text in schema_files().items():
            write_whole(folder / name, text)
            output.show(str(folder / name))
