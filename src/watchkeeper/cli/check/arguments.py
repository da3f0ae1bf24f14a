"""The arguments that the checks share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LogPath = Annotated[Path, typer.Argument(help="A home, or the folder of a published log.")]
EvidencePath = Annotated[
    Path, typer.Argument(help="A home, the folder of a published log, or a bundle's file.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
