"""What the commands of `watchkeeper log` have in common: where the log is, and which keys count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.records.instant import Instant
from watchkeeper.verify.pem import public_keys
from watchkeeper.verify.timestamps import parse_certificates

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

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
Shard = Annotated[
    int | None, typer.Option("--shard", min=0, help="Of this shard of a home; default: the newest.")
]
TsaCerts = Annotated[
    list[Path] | None,
    typer.Option(
        "--tsa-cert", help="PEM file of a time stamping authority's root; may be given again."
    ),
]


def tsa_roots(paths: list[Path] | None) -> list[Certificate]:
    """Return the certificates of PEM files."""
    return [one for path in paths or () for one in parse_certificates(path.read_bytes())]


def moment(text: str | None) -> Instant | None:
    """Return the time that a text says: RFC 3339, or a date; UTC where no zone is named.

    Raises:
        SettingsInvalid: it says none.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsInvalid(
            f"not a time: {cut(text)}", "write `2026-11-23` or `2026-11-23T08:00:00Z`"
        ) from None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    return Instant((found - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


def vkey_text(given: str | None) -> str | None:
    """Return the verifier key that was given, or that stands in the file that was."""
    if given is None or "+" in given:
        return given
    with output.speaking_plainly():
        return Path(given).read_text(encoding="utf-8")


def record_keys(path: Path) -> list[bytes]:
    """Return the raw public keys of a PEM file, as `records.pem` of a published log."""
    return public_keys(path.read_bytes())
