"""`watchkeeper log proof` and `log checkpoint`: what is handed out of a log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import Shard, Vkey, Where, vkey_text
from watchkeeper.errors import NoteInvalid
from watchkeeper.ledger.checkpoint import open_checkpoint, parse_checkpoint_unverified
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ledger.proof import render_proof
from watchkeeper.verify.handout import hand_out, published_checkpoint


def proof(
    path: Where,
    index: Annotated[int, typer.Argument(min=0, help="The record's index.")],
    out: Annotated[
        Path, typer.Option("--out", help="Folder to write the proof and the envelope to.")
    ] = Path(),
    shard: Shard = None,
) -> None:
    """Write a record's envelope and the proof that the log's checkpoint covers it.

    Two files: `<index>.tlog-proof` (C2SP tlog-proof) and `<index>.envelope.json` (DSSE), which
    anybody can check without this program.

    Example:
      watchkeeper log proof home 4711 --out proof
    """
    with output.speaking_plainly():
        found = hand_out(wiring.source_of(path, shard), index)
        out.mkdir(parents=True, exist_ok=True)
        envelope, tlog_proof = out / f"{index}.envelope.json", out / f"{index}.tlog-proof"
        envelope.write_bytes(found.entry)
        tlog_proof.write_bytes(render_proof(found.proof))
    output.show(f"{tlog_proof}\n{envelope}")


def checkpoint(path: Where = "home", vkey: Vkey = None, shard: Shard = None) -> None:
    """Print the log's newest checkpoint, to be kept and given to `log verify --older` later.

    With --vkey its signature is checked first.

    Example:
      watchkeeper log checkpoint home
    """
    with output.speaking_plainly():
        raw, _ = published_checkpoint(wiring.source_of(path, shard))
    text = vkey_text(vkey)
    if text is not None:
        with output.speaking_plainly():
            key = parse_vkey(text)
            parse_checkpoint_unverified(raw)
        try:
            open_checkpoint(raw, key)
        except NoteInvalid as error:
            output.fail(error.message, error.advice, output.Exit.FOUND)
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()
