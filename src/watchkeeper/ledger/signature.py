"""Ed25519 keys by their ids (RFC 8032)."""

from __future__ import annotations

import binascii
import functools
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64


def keyid_of(public: bytes) -> str:
    """Return a key's id: SHA-256 of the raw public key, in hex."""
    return hashlib.sha256(public).hexdigest()


def keyring(publics: list[bytes] | tuple[bytes, ...]) -> dict[str, bytes]:
    """Return raw public keys by their ids."""
    return {keyid_of(public): public for public in publics}


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` over `message` was made by the raw Ed25519 key `public`."""
    try:
        _key_of(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def decode_base64(text: object) -> bytes | None:
    """Return the bytes of standard base64 in its one spelling, or None."""
    if isinstance(text, str) and text.isascii():
        text = text.encode()
    if not isinstance(text, bytes):
        return None
    try:
        out = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    # The last group can be spelt in several ways; only one is ours.
    last = out[(len(out) - 1) // 3 * 3 :] if out else b""
    return out if text.endswith(binascii.b2a_base64(last, newline=False)) else None


@functools.lru_cache(maxsize=1024)
def _key_of(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)
