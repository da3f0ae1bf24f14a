"""Checkpoints: what the log was at a size, signed (C2SP tlog-checkpoint v1.0.0)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, cut
from watchkeeper.ledger.merkle import HASH_BYTES
from watchkeeper.ledger.note import (
    ED25519,
    Note,
    VerifierKey,
    check_name,
    open_note,
    parse_note_unverified,
    sign_note,
)
from watchkeeper.ledger.signature import decode_base64
from watchkeeper.ports import Signer

_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin} {self.size} {base64.b64encode(self.root).decode()}"


def render_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text that is signed: origin, size and root, a line each."""
    root = base64.b64encode(checkpoint.root).decode()
    return f"{check_name(checkpoint.origin)}\n{checkpoint.size}\n{root}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse a checkpoint's text; extension lines after the root are allowed and ignored.

    Raises:
        NoteInvalid: not a checkpoint.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteInvalid(f"not a checkpoint: {cut(text)}")
    origin, size, root64 = lines[:3]
    root = decode_base64(root64)
    if not _SIZE.fullmatch(size) or root is None or len(root) != HASH_BYTES:
        raise NoteInvalid(f"not the size and root of a checkpoint: {cut(text)}")
    return Checkpoint(origin, int(size), root)


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Return the checkpoint as a note, signed by the log's key under the log's origin."""
    return sign_note(render_checkpoint(checkpoint), checkpoint.origin, signer)


def open_checkpoint(raw: bytes, key: VerifierKey, origin: str | None = None) -> Checkpoint:
    """Return the checkpoint that the log's `key` signed.

    `origin` is the one expected; without it, the key's name is.

    Raises:
        NoteInvalid: not a checkpoint, not signed by `key`, or of another log.
    """
    text, _ = open_note(raw, [key])
    checkpoint = parse_checkpoint(text)
    expected = key.name if origin is None else origin
    if checkpoint.origin != expected:
        raise NoteInvalid(
            f"a checkpoint of another log: {cut(checkpoint.origin)}, not {cut(expected)}"
        )
    return checkpoint


def parse_checkpoint_unverified(raw: bytes) -> tuple[Checkpoint, Note]:
    """Parse a checkpoint without looking at its signatures.

    Raises:
        NoteInvalid: not a checkpoint.
    """
    note = parse_note_unverified(raw)
    return parse_checkpoint(note.text), note


def origin_parts(origin: str) -> tuple[str, int]:
    """Return a home's name and the number of the shard, of an origin `<name>/<shard>`.

    Raises:
        NoteInvalid: it is not the origin of a shard.
    """
    name, _, number = origin.rpartition("/")
    if not name or not _SIZE.fullmatch(number):
        raise NoteInvalid(f"not the origin of a shard: {cut(origin)}")
    return name, int(number)


def log_key(origin: str, public: bytes) -> VerifierKey:
    """Return the verifier key of a log: its name is the log's origin."""
    return VerifierKey(check_name(origin), ED25519, public)
