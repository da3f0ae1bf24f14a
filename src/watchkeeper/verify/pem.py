"""Public keys as files hold them."""

from __future__ import annotations

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from watchkeeper.errors import KeyUnsafe

_PEM = re.compile(b"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


def public_keys(raw: bytes) -> list[bytes]:
    """Return the raw Ed25519 public keys of a PEM text, as in `records.pem` of a published log.

    Raises:
        KeyUnsafe: a key of another kind, or none.
    """
    keys = [_raw_key(pem) for pem in _PEM.findall(raw)]
    if not keys:
        raise KeyUnsafe("a file without a public key", "expected PEM, as in `records.pem`")
    return keys


def _raw_key(pem: bytes) -> bytes:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnsafe("not an Ed25519 public key", "expected PEM, as in `records.pem`")
    return key.public_bytes_raw()
