"""Cosignatures: a witness says that it saw a checkpoint, and when (C2SP tlog-cosignature v1).

Only Ed25519 (type 0x04); lines of other types are ignored like those of any unknown key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, cut
from watchkeeper.ledger.note import (
    COSIGNATURE,
    MAX_SIGNATURES,
    Note,
    NoteSignature,
    VerifierKey,
    check_name,
    check_signature,
    cosigned_message,
    parse_note_unverified,
    parse_signature,
    render_note,
)
from watchkeeper.ports import Signer

MAX_ANSWER_BYTES = 1 << 16
_LATEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosignature that verified: by whom, at what time (seconds since 1970), and its line."""

    key: VerifierKey
    at: int
    line: NoteSignature


def witness_key(name: str, public: bytes) -> VerifierKey:
    """Return the verifier key of a witness."""
    return VerifierKey(check_name(name), COSIGNATURE, public)


def cosign(text: str, name: str, signer: Signer, at: int) -> NoteSignature:
    """Sign that the checkpoint `text` was the largest one seen at `at`, in seconds since 1970."""
    key = witness_key(name, signer.public_key)
    blob = at.to_bytes(8, "big") + signer.sign(cosigned_message(text, at))
    return NoteSignature(name, key.keyid, blob)


def cosignatures(note: Note, keys: Sequence[VerifierKey]) -> tuple[Cosignature, ...]:
    """Return the cosignatures by `keys` on a note, each key's first one; others are ignored.

    Raises:
        NoteInvalid: a known key's signature does not verify, or has a time that is none.
    """
    by_line = {(key.name, key.keyid): key for key in keys if key.kind == COSIGNATURE}
    found: dict[VerifierKey, Cosignature] = {}
    for line in note.signatures:
        key = by_line.get((line.name, line.keyid))
        if key is None:
            continue
        check_signature(note.text, line, key)
        at = int.from_bytes(line.blob[:8], "big")
        if at > _LATEST:
            raise NoteInvalid(f"cosignature of {cut(key.name)} has no time")
        found.setdefault(key, Cosignature(key, at, line))
    return tuple(found.values())


def parse_answer(raw: bytes, text: str, key: VerifierKey) -> Cosignature:
    """Return a witness's cosignature over `text` from its answer to add-checkpoint.

    Raises:
        NoteInvalid: not signature lines, none by `key`, or one by it that does not verify.
    """
    if len(raw) > MAX_ANSWER_BYTES:
        raise NoteInvalid(f"an answer of {len(raw)} bytes")
    try:
        lines = raw.decode()
    except UnicodeDecodeError:
        raise NoteInvalid(f"an answer that is not UTF-8: {cut(raw)}") from None
    if not lines.endswith("\n") or lines.count("\n") > MAX_SIGNATURES:
        raise NoteInvalid(f"not signature lines: {cut(lines)}")
    parsed = tuple(parse_signature(line) for line in lines[:-1].split("\n"))
    found = cosignatures(Note(text, parsed), [key])
    if not found:
        raise NoteInvalid(f"an answer without a cosignature of {cut(key.name)}")
    return found[0]


def with_cosignatures(raw: bytes, added: Iterable[NoteSignature]) -> bytes:
    """Return a note with lines added; a line of the same key is replaced, the order is kept.

    Raises:
        NoteInvalid: `raw` is not a note, or it would have more lines than one may.
    """
    note = parse_note_unverified(raw)
    lines = {(one.name, one.keyid): one for one in note.signatures}
    lines.update({(one.name, one.keyid): one for one in added})
    if len(lines) > MAX_SIGNATURES:
        raise NoteInvalid(f"a note with {len(lines)} signatures")
    return render_note(Note(note.text, tuple(lines.values())))
