"""What the commands of `watchkeeper log` have in common: where the log is, and which keys count."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.verify.pem import public_keys

Where = Annotated[
    str, typer.Argument(help="A home, the folder of a published log, or its http(s) address.")
]
WhereOrBundle = Annotated[
    str,
    typer.Argument(
        help="A home, the folder of a published log, its http(s) address, or a bundle's file."
    ),
]
EvidencePath = Annotated[
    Path, typer.Argument(help="A home, the folder of a published log, or a bundle's file.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Vkey = Annotated[
    str | None,
    typer.Option("--vkey", help="The log's verifier key, or a file that holds it; pins the log."),
]


def vkey_text(given: str | None) -> str | None:
    """Return the verifier key that was given, or that stands in the file that was."""
    if given is None or "+" in given:
        return given
    with output.speaking_plainly():
        return Path(given).read_text(encoding="utf-8")


def record_keys(path: Path) -> list[bytes]:
    """Return the raw public keys of a PEM file, as `records.pem` of a published log."""
    return public_keys(path.read_bytes())
