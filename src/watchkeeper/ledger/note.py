"""Signed notes: a text and who vouches for it (C2SP signed-note v1.0.0).

A signature line is an em dash, the key's name, and base64 of four bytes of key id and the
signature. Ed25519 (0x01) and witness cosignatures (0x04, C2SP tlog-cosignature v1) are verified.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, cut
from watchkeeper.ledger.signature import KEY_BYTES, SIGNATURE_BYTES, decode_base64, verifies
from watchkeeper.ports import Signer

ED25519 = 0x01
COSIGNATURE = 0x04
MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100
_LINE = re.compile("— ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key as notes name it. `kind` is the signature type, `public` 32 raw bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def keyid(self) -> bytes:
        """The four bytes that stand before each of its signatures."""
        head = self.name.encode() + b"\n" + bytes([self.kind])
        return hashlib.sha256(head + self.public).digest()[:4]

    def __str__(self) -> str:
        blob = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.keyid.hex()}+{blob}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name, its four bytes, and what follows them."""

    name: str
    keyid: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and its signature lines, not verified."""

    text: str
    signatures: tuple[NoteSignature, ...]


def check_name(name: str) -> str:
    """Return `name` if a note's key may have it: not empty, no white space, no `+`.

    Raises:
        NoteInvalid: it may not.
    """
    if not name or "+" in name or any(c.isspace() for c in name) or _CONTROL.search(name):
        raise NoteInvalid(f"not a name for a log or a key: {cut(name)}", "no spaces, and no `+`")
    return name


def parse_vkey(text: str) -> VerifierKey:
    """Parse `name+hex(key id)+base64(type, public key)`.

    Raises:
        NoteInvalid: malformed, of another type, or with a key id that is not its own.
    """
    match text.strip().split("+", 2):
        case [name, keyid, blob64]:
            blob = decode_base64(blob64)
            if blob and blob[0] in {ED25519, COSIGNATURE} and len(blob) == 1 + KEY_BYTES:
                key = VerifierKey(check_name(name), blob[0], blob[1:])
                if key.keyid.hex() == keyid:
                    return key
    raise NoteInvalid(f"not a verifier key: {cut(text)}", "expected `name+keyid+base64`")


def sign_note(text: str, name: str, signer: Signer) -> bytes:
    """Return `text` as a note with one Ed25519 signature under `name`.

    Raises:
        NoteInvalid: a text or a name that no note may have.
    """
    _check_text(text)
    key = VerifierKey(check_name(name), ED25519, signer.public_key)
    blob = base64.b64encode(key.keyid + signer.sign(text.encode())).decode()
    return f"{text}\n— {name} {blob}\n".encode()


def parse_note_unverified(raw: bytes) -> Note:
    """Parse a note without looking at its signatures.

    Raises:
        NoteInvalid: not a note.
    """
    if len(raw) > MAX_NOTE_BYTES:
        raise NoteInvalid(f"a note of {len(raw)} bytes")
    try:
        note = raw.decode()
    except UnicodeDecodeError:
        raise NoteInvalid(f"a note that is not UTF-8: {cut(raw)}") from None
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteInvalid(f"a note without signatures: {cut(note)}")
    text += "\n"
    _check_text(text)
    signatures = tuple(parse_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise NoteInvalid(f"a note with {len(signatures)} signatures")
    return Note(text, signatures)


def open_note(raw: bytes, keys: Sequence[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """Return a note's text and which of `keys` signed it: at least one.

    Signatures by unknown keys are ignored; a bad one by a known key refuses the note.

    Raises:
        NoteInvalid: not a note, no signature by `keys`, or a bad one by any of them.
    """
    note = parse_note_unverified(raw)
    found: list[VerifierKey] = []
    for signature in note.signatures:
        for key in keys:
            if (key.name, key.keyid) == (signature.name, signature.keyid):
                check_signature(note.text, signature, key)
                found.append(key)
    if not found:
        names = ", ".join(cut(key.name) for key in keys)
        raise NoteInvalid(f"not signed by the expected key of {names or 'anybody'}")
    return note.text, tuple(dict.fromkeys(found))


def parse_signature(line: str) -> NoteSignature:
    """Parse one signature line, without its newline; nothing is verified.

    Raises:
        NoteInvalid: not a signature line.
    """
    match = _LINE.fullmatch(line)
    blob = decode_base64(match[2]) if match else None
    if match is None or blob is None or len(blob) < 5:
        raise NoteInvalid(f"not a signature line: {cut(line)}")
    return NoteSignature(match[1], blob[:4], blob[4:])


def render_signature(signature: NoteSignature) -> str:
    """Return a signature line, without its newline."""
    blob = base64.b64encode(signature.keyid + signature.blob).decode()
    return f"— {signature.name} {blob}"


def render_note(note: Note) -> bytes:
    """Return the bytes of a note."""
    lines = "".join(f"{render_signature(one)}\n" for one in note.signatures)
    return f"{note.text}\n{lines}".encode()


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteInvalid(f"not a text that a note may have: {cut(text)}")


def cosigned_message(text: str, at: int) -> bytes:
    """Return what a witness signs: it saw `text` at `at`, in seconds (C2SP tlog-cosignature)."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def check_signature(text: str, signature: NoteSignature, key: VerifierKey) -> None:
    """Check one signature over a note's text.

    Raises:
        NoteInvalid: it does not verify under `key`.
    """
    message, blob = text.encode(), signature.blob
    if key.kind == COSIGNATURE:
        message, blob = cosigned_message(text, int.from_bytes(blob[:8], "big")), blob[8:]
    if len(blob) != SIGNATURE_BYTES or not verifies(key.public, message, blob):
        raise NoteInvalid(f"signature of {cut(key.name)} does not verify")
