"""What a witness is asked and answers: add-checkpoint (C2SP tlog-witness v1.0.0)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, ProofInvalid, cut
from watchkeeper.ledger.merkle import HASH_BYTES
from watchkeeper.ledger.signature import decode_base64

ADD_CHECKPOINT = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 1 << 18
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint to be cosigned, and the proof that it extends the one of size `old`."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes


def render_request(asked: AddCheckpoint) -> bytes:
    """Return the body of a request.

    Raises:
        ProofInvalid: a proof of more hashes than may be sent.
    """
    if len(asked.proof) > MAX_PROOF_LINES:
        raise ProofInvalid(f"a consistency proof of {len(asked.proof)} hashes")
    lines = [f"old {asked.old}", *(base64.b64encode(one).decode() for one in asked.proof), "", ""]
    return "\n".join(lines).encode() + asked.checkpoint


def parse_request(raw: bytes) -> AddCheckpoint:
    """Parse the body of a request; the checkpoint in it is not looked at.

    Raises:
        NoteInvalid: not such a body.
    """
    if len(raw) > MAX_REQUEST_BYTES:
        raise NoteInvalid(f"a request of {len(raw)} bytes")
    head, blank, checkpoint = raw.partition(b"\n\n")
    first, *rest = head.split(b"\n")
    if not blank or not first.startswith(b"old "):
        raise NoteInvalid(f"not an add-checkpoint request: {cut(raw)}")
    if len(rest) > MAX_PROOF_LINES:
        raise NoteInvalid(f"a consistency proof of {len(rest)} lines")
    return AddCheckpoint(_size(first[4:]), tuple(_hash(line) for line in rest), checkpoint)


def render_size(size: int) -> bytes:
    """Return the body of a conflict: the size that the witness knows."""
    return f"{size}\n".encode()


def parse_size(raw: bytes) -> int:
    """Parse the body of a conflict.

    Raises:
        NoteInvalid: not a size.
    """
    if not raw.endswith(b"\n"):
        raise NoteInvalid(f"not a size: {cut(raw)}")
    return _size(raw[:-1])


def _size(raw: bytes) -> int:
    text = raw.decode("ascii", errors="replace")
    if not _SIZE.fullmatch(text):
        raise NoteInvalid(f"not a size: {cut(text)}")
    return int(text)


def _hash(line: bytes) -> bytes:
    found = decode_base64(line)
    if found is None or len(found) != HASH_BYTES:
        raise NoteInvalid(f"not a hash of a proof: {cut(line)}")
    return found
