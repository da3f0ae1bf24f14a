"""`watchkeeper log verify`: a log held against itself, its keys and what was kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import (
    AsJson,
    TsaCerts,
    Vkey,
    WhereOrBundle,
    record_keys,
    tsa_roots,
    vkey_text,
)
from watchkeeper.errors import SettingsInvalid
from watchkeeper.verify import verify_bundle, verify_log
from watchkeeper.verify.kept import Kept
from watchkeeper.verify.text import verification_json, verification_text


def verify(
    where: WhereOrBundle = "home",
    vkey: Vkey = None,
    records_key: Annotated[
        Path | None,
        typer.Option("--records-key", help="PEM file of the public keys that sign records."),
    ] = None,
    older: Annotated[
        list[Path] | None,
        typer.Option("--older", help="A checkpoint that you kept; may be given again."),
    ] = None,
    shard: Annotated[
        list[str] | None,
        typer.Option("--shard", help="A further shard that was moved away; may be given again."),
    ] = None,
    tsa_cert: TsaCerts = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="A witness policy of your own (C2SP tlog-policy)."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Keep the checkpoint there, and hold the log to it next time."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; default: one for each core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a log or a bundle in numbered steps, trusting neither its operator nor this host.

    Checks every signature, the whole tree, and that people approved, released and stopped what
    the records say they did. Ends with 1 if anything does not hold, with 2 if the log can not be
    read. With --keep the checkpoint is kept from each visit, and the log held to it at the next.
    With --policy its witnesses must have cosigned; the log's own policy is only a claim. Of a home
    in several shards all that are here are verified, each held against the one before.

    Examples:
      watchkeeper log verify home
      watchkeeper log verify home --shard /cold/shard-0
      watchkeeper log verify https://log.example/refunds --policy mine.policy --keep seen.checkpoint
    """
    kept = None
    with output.speaking_plainly(), output.progress("verifying") as update:
        kept = Kept(keep) if keep is not None else None
        given: dict[str, Any] = {
            "vkey": vkey_text(vkey),
            "record_keys": None if records_key is None else record_keys(records_key),
            "older": [*(path.read_bytes() for path in older or ()), *(kept.older if kept else ())],
            "policy": None if policy is None else policy.read_bytes(),
            "workers": workers,
            "tsa_roots": tsa_roots(tsa_cert),
            "progress": update,
        }
        if not wiring.is_bundle(where):
            others = [wiring.source_of(other) for other in shard or ()]
            found = verify_log(wiring.source_of(where), others=others, **given)
        elif shard:
            raise SettingsInvalid("a bundle is of one shard", "leave out `--shard`")
        else:
            found = verify_bundle(Path(where), **given)
    if kept is not None:
        with output.speaking_plainly():
            output.say(kept.settle(found))
    if as_json:
        output.show_json(verification_json(found))
    else:
        output.show(verification_text(found))
    if not found.ok:
        raise typer.Exit(output.Exit.FOUND)
