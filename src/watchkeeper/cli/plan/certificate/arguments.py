"""What the commands on certificates share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.ledger.canonical import sha256_hex

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", help="The workspace: the folder with `aims.yaml`.")
]
OnDay = Annotated[
    str | None, typer.Option("--on", help="On which day, like `2026-11-23`; today where left out.")
]
Proof = Annotated[
    Path | None,
    typer.Option("--file", help="What shows it (a letter, a page): its SHA-256 is noted."),
]


def digest_of(file: Path | None) -> str | None:
    """Return the SHA-256 of a file's bytes, in hex; None where none was named.

    Raises:
        SettingsInvalid: it can not be read.
    """
    if file is not None and file.exists() and not file.is_file():
        raise SettingsInvalid(f"{cut(file)} is no file", "name what shows it, as one file")
    try:
        return None if file is None else sha256_hex(file.read_bytes())
    except OSError as error:
        raise SettingsInvalid(f"can not read {cut(file)}: {error.strerror}") from None
