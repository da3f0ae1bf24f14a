"""`watchkeeper log timestamp`: have an authority say by when the log was what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import settings, wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson, TsaCerts, tsa_roots
from watchkeeper.cli.people import find_home
from watchkeeper.errors import SettingsInvalid
from watchkeeper.settings import Stamping


def timestamp(
    home: Annotated[Path | None, typer.Argument(help="The home; else WATCHKEEPER_HOME.")] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", help="The authority's address; else that of HOME/timestamps.yaml."),
    ] = None,
    tsa_cert: TsaCerts = None,
    as_json: AsJson = False,
) -> None:
    """Have the newest published checkpoint time stamped (RFC 3161), and keep the answer.

    The authority sees a digest and nothing else. Its answer is verified under --tsa-cert before
    it is kept in the published log's folder `timestamps`; `log verify --tsa-cert` holds the log
    against it. A gateway that runs is not in the way.

    Example:
      watchkeeper log timestamp home --url https://tsa.example/ --tsa-cert root.pem
    """
    with output.speaking_plainly():
        found = find_home(home)
        asked = _asked(found, url, tsa_cert)
        path, stamp = wiring.timestamp(found, asked.url, tsa_roots(list(asked.certificates)))
    if as_json:
        output.show_json(
            {
                "file": str(path),
                "size": stamp.checkpoint.size,
                "at": str(stamp.at),
                "accuracyMicros": stamp.accuracy,
                "authority": stamp.authority,
            }
        )
        return
    output.show(str(path))
    output.say(f"{stamp.checkpoint.size} records existed before {stamp.at}, says {stamp.authority}")


def _asked(home: Path, url: str | None, certificates: list[Path] | None) -> Stamping:
    kept = settings.stamping(home)
    address = url or (kept.url if kept else None)
    paths = tuple(certificates or (kept.certificates if kept else ()))
    if address is None or not paths:
        raise SettingsInvalid(
            "which authority, and under which root?",
            "give --url and --tsa-cert, or write both into HOME/timestamps.yaml",
        )
    return Stamping(address, paths, kept.every_seconds if kept else 0.0)
