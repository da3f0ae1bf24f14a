"""A proof to hand out: one entry is in the log at this checkpoint (C2SP tlog-proof v1)."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, ProofInvalid, cut
from watchkeeper.ledger.checkpoint import Checkpoint, open_checkpoint
from watchkeeper.ledger.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from watchkeeper.ledger.note import VerifierKey
from watchkeeper.ledger.signature import decode_base64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_BYTES = 1 << 20
_INDEX = re.compile("index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's index, its inclusion proof from leaf to root, and the signed checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def render_proof(proof: TlogProof) -> bytes:
    """Return the bytes of a `.tlog-proof` file."""
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {base64.b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines += [base64.b64encode(one).decode() for one in proof.hashes]
    return "\n".join([*lines, "", ""]).encode() + proof.checkpoint


def parse_proof(raw: bytes) -> TlogProof:
    """Parse a `.tlog-proof` file; nothing in it is verified yet.

    Raises:
        ProofInvalid: not such a file.
    """
    head, blank, checkpoint = raw.partition(b"\n\n")
    if not blank or len(raw) > MAX_PROOF_BYTES or not head.isascii():
        raise ProofInvalid(f"not a proof file: {cut(raw)}")
    first, *lines = head.decode().split("\n")
    if first != HEADER:
        raise ProofInvalid(f"not a proof file of version 1: {cut(first)}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0)[len("extra ") :])
        if extra is None:
            raise ProofInvalid("extra data that is not base64")
    match = _INDEX.fullmatch(lines[0]) if lines else None
    if match is None:
        raise ProofInvalid("a proof file without an index")
    return TlogProof(int(match[1]), _parse_hashes(lines[1:]), checkpoint, extra)


def verify_proof(
    proof: TlogProof, entry: bytes, key: VerifierKey, origin: str | None = None
) -> Checkpoint:
    """Check that `entry` stands at the proof's index under a checkpoint that `key` signed.

    Raises:
        ProofInvalid: the proof, or the checkpoint in it, does not hold.
    """
    try:
        checkpoint = open_checkpoint(proof.checkpoint, key, origin)
    except NoteInvalid as error:
        raise ProofInvalid(f"checkpoint of the proof: {error.message}") from None
    verify_inclusion(proof.index, checkpoint.size, leaf_hash(entry), proof.hashes, checkpoint.root)
    return checkpoint


def _parse_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > 63:
        raise ProofInvalid(f"a proof of {len(lines)} hashes")
    hashes = []
    for line in lines:
        one = decode_base64(line)
        if one is None or len(one) != HASH_BYTES:
            raise ProofInvalid(f"not a hash: {cut(line)}")
        hashes.append(one)
    return tuple(hashes)
