"""The file `records.pem`: every record key of a log, under its id and where it counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from watchkeeper.errors import KeyUnsafe, cut
from watchkeeper.ledger.signature import keyid_of
from watchkeeper.records.custody import KeyTerm

_KEY = re.compile(
    r"^([0-9a-f]{64})\ncounts from (\d+)(?: to before (\d+))?"
    r"(?:, revoked from (\d+) by record (\d+))?\n"
    r"(-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----)$",
    re.DOTALL | re.MULTILINE,
)


def render_key_list(terms: Iterable[KeyTerm]) -> str:
    """Return the keys as PEM (SubjectPublicKeyInfo, RFC 8410), each under what is said of it."""
    return "".join(f"{term.keyid}\ncounts {term}\n{public_pem(term.public)}" for term in terms)


def parse_key_list(text: str) -> list[KeyTerm]:
    """Return the keys that a list names and where it says that they count; nothing is verified.

    Raises:
        KeyUnsafe: there is none, or one that is no Ed25519 key, or stands under another's id.
    """
    found = [_term(match) for match in _KEY.finditer(text)]
    if not found:
        raise KeyUnsafe("not a list of record keys", "expected `records.pem` of a published log")
    return found


def public_pem(public: bytes) -> str:
    """Render a raw Ed25519 public key as PEM (SubjectPublicKeyInfo, RFC 8410)."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _term(match: re.Match[str]) -> KeyTerm:
    keyid, first, end, revoked, by, pem = match.groups()
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnsafe(f"not a public key: {cut(pem)}") from None
    if not isinstance(key, Ed25519PublicKey) or keyid_of(key.public_bytes_raw()) != keyid:
        raise KeyUnsafe(f"not the Ed25519 key {cut(keyid)}")
    numbers = (_number(end), _number(revoked), _number(by))
    return KeyTerm(keyid, key.public_bytes_raw(), int(first), *numbers)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
