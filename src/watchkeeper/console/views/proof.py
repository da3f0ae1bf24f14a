"""The proof that a record is in the published log, taken from it and checked on the way."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from pathlib import Path

from watchkeeper import wiring
from watchkeeper.errors import NoteInvalid, ProofInvalid, WatchkeeperError
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.ledger.proof import render_proof
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry
from watchkeeper.verify.handout import hand_out


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of one record: `text` is a `.tlog-proof` file, `envelope` the record as signed.

    With `missing` there is none, and why. The inclusion was recomputed up to the checkpoint's
    root; signatures are for a verifier that trusts nothing here (`watchkeeper log verify`).
    """

    record: Ref
    size: int
    root: str
    hashes: int
    text: str
    envelope: str
    missing: str


async def proof_of(home: Path, entry: Entry) -> Proof:
    """Return the proof of a record of a home."""
    return await asyncio.to_thread(_proof, home, entry.ref)


def _proof(home: Path, ref: Ref) -> Proof:
    try:
        found = hand_out(wiring.source_of(str(home), ref.shard), ref.index)
    except (ProofInvalid, NoteInvalid) as error:
        return Proof(ref, 0, "", 0, "", "", f"not published yet: {error.message}")
    except WatchkeeperError as error:
        return Proof(ref, 0, "", 0, "", "", f"the proof can not be made: {error.message}")
    checkpoint = parse_checkpoint_unverified(found.proof.checkpoint)[0]
    return Proof(
        record=ref,
        size=checkpoint.size,
        root=base64.b64encode(checkpoint.root).decode(),
        hashes=len(found.proof.hashes),
        text=render_proof(found.proof).decode(),
        envelope=found.entry.decode(),
        missing="",
    )
