"""What a passkey says to a challenge: WebAuthn assertions (W3C Web Authentication level 3, 7.2).

An assertion holds no CBOR where it carries no extensions, so this needs nothing but `cryptography`:
whoever verifies the evidence has that already.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from watchkeeper.errors import CommandInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.pae import pae
from watchkeeper.ledger.signature import decode_base64
from watchkeeper.records.people import COMMAND_TYPE, Assertion, Passkey

ES256, EDDSA, RS256 = -7, -8, -257
"""COSE algorithms (RFC 9053, 2.1 and 2.2; RFC 8812, 2)."""
DEFAULT_CONSOLE = "http://localhost:8932"
"""Where people reach the console where the plan names no place."""

_PLACE = re.compile(r"https?://([a-z0-9.-]+)(?::[0-9]{1,5})?")
_MAX_CLIENT_DATA = 4096
_MAX_AUTHENTICATOR_DATA = 1024
_PRESENT, _VERIFIED, _MAY_BE_COPIED, _COPIED, _ATTESTED, _EXTENDED = 1, 4, 8, 16, 64, 128
_FIXED = 37
"""Bytes of authenticator data without what is optional: hash, flags, counter (6.1)."""
_RSA_BITS = range(2048, 8193)


@dataclass(frozen=True, slots=True)
class PasskeyKey:
    """A passkey's public key, and where it may be used.

    `spki` is its DER SubjectPublicKeyInfo, `algorithm` the one COSE algorithm that counts for it,
    `rp_id` the domain it was made for, `origins` the web origins whose pages may ask for it.
    """

    spki: bytes
    algorithm: int
    rp_id: str
    origins: tuple[str, ...]


def passkey_keys(
    passkeys: tuple[Passkey, ...], console: str | None = None
) -> dict[str, PasskeyKey]:
    """Return passkeys by their ids (SHA-256 of the SPKI, in hex), as the plan's console has them.

    What is no public key of its algorithm is left out: nothing verifies under it. So is every one
    where the console's place is none.
    """
    rp_id, origin = place_of(console or DEFAULT_CONSOLE)
    if not rp_id:
        return {}
    out = {}
    for passkey in passkeys:
        spki = decode_base64(passkey.public_key)
        if spki is not None and _key_of(spki, passkey.algorithm) is not None:
            keyid = hashlib.sha256(spki).hexdigest()
            out[keyid] = PasskeyKey(spki, passkey.algorithm, rp_id, (origin,))
    return out


def place_of(console: str) -> tuple[str, str]:
    """Return the relying party's id and the web origin of a console's URL (level 3, 4).

    A URL of a console is an origin as browsers spell it; of anything else the id is empty.
    """
    found = _PLACE.fullmatch(console)
    return found[1] if found else "", console


def keyid_of_passkey(passkey: Passkey) -> str:
    """Return the id of a passkey's key: SHA-256 of its SubjectPublicKeyInfo, in hex."""
    return hashlib.sha256(decode_base64(passkey.public_key) or b"").hexdigest()


def counter_of(assertion: Assertion) -> int:
    """Return the signature counter that an assertion tells, 0 where it tells none (6.1.1)."""
    data = decode_base64(assertion.authenticator_data) or b""
    return int.from_bytes(data[33:37], "big") if len(data) >= _FIXED else 0


def is_passkey(passkey: Passkey) -> bool:
    """Tell whether a passkey holds a public key of the algorithm that it names."""
    spki = decode_base64(passkey.public_key)
    return spki is not None and _key_of(spki, passkey.algorithm) is not None


def challenge_of(payload: bytes) -> bytes:
    """Return the challenge that stands for a command: SHA-256 of what a terminal key would sign."""
    return hashlib.sha256(pae(COMMAND_TYPE, payload)).digest()


def check_assertion(assertion: Assertion, sig: bytes, key: PasskeyKey, challenge: bytes) -> int:
    """Refuse what is not this passkey's answer to this challenge, given on one of our pages.

    The person was there and was recognised by the authenticator (user verification). Returns the
    signature counter, 0 where the authenticator counts nothing. Either spelling of an ECDSA
    signature is taken, so the signature's bytes tell no two assertions apart.

    Raises:
        CommandInvalid: it is not.
    """
    client = decode_base64(assertion.client_data)
    data = decode_base64(assertion.authenticator_data)
    if client is None or data is None:
        raise CommandInvalid("an assertion that is not base64")
    _check_client_data(client, key, challenge)
    counter = _check_authenticator_data(data, key)
    if not _verifies(key, data + hashlib.sha256(client).digest(), sig):
        raise CommandInvalid("an assertion whose signature does not verify")
    return counter


def _check_client_data(raw: bytes, key: PasskeyKey, challenge: bytes) -> None:
    """Hold what the browser says against what was asked (5.8.1)."""
    try:
        said: Any = parse_json(raw, max_bytes=_MAX_CLIENT_DATA)
    except RecordInvalid as error:
        raise CommandInvalid(f"an assertion's client data: {error.message}") from None
    if not isinstance(said, Mapping):
        raise CommandInvalid("an assertion whose client data is no object")
    if said.get("type") != "webauthn.get":
        raise CommandInvalid(f"an assertion that is none: {cut(said.get('type'))}")
    if said.get("challenge") != base64.urlsafe_b64encode(challenge).decode().rstrip("="):
        raise CommandInvalid("an assertion for another challenge than this command's")
    if said.get("origin") not in key.origins:
        raise CommandInvalid(f"an assertion made on another site: {cut(said.get('origin'))}")
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise CommandInvalid("an assertion made inside a page of another site")


def _check_authenticator_data(data: bytes, key: PasskeyKey) -> int:
    """Hold what the authenticator says against the key's place; return its counter (6.1)."""
    if not _FIXED <= len(data) <= _MAX_AUTHENTICATOR_DATA:
        raise CommandInvalid(f"an assertion with {len(data)} bytes of authenticator data")
    flags = data[32]
    if data[:32] != hashlib.sha256(key.rp_id.encode()).digest():
        raise CommandInvalid(f"an assertion for another place than {cut(key.rp_id)}")
    if not flags & _PRESENT:
        raise CommandInvalid("an assertion that nobody was present for")
    if not flags & _VERIFIED:
        raise CommandInvalid("an assertion whose person was not verified")
    if flags & _ATTESTED or (flags & _COPIED and not flags & _MAY_BE_COPIED):
        raise CommandInvalid(f"an assertion whose flags can not be: {flags:#04x}")
    if bool(flags & _EXTENDED) != (len(data) > _FIXED):
        raise CommandInvalid("an assertion with something else in its authenticator data")
    return int.from_bytes(data[33:37], "big")


def _verifies(key: PasskeyKey, message: bytes, sig: bytes) -> bool:
    public = _key_of(key.spki, key.algorithm)
    try:
        if isinstance(public, EllipticCurvePublicKey):
            public.verify(sig, message, ECDSA(SHA256()))
        elif isinstance(public, RSAPublicKey):
            public.verify(sig, message, padding.PKCS1v15(), SHA256())
        elif public is not None:
            public.verify(sig, message)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


@functools.lru_cache(maxsize=1024)
def _key_of(
    spki: bytes, algorithm: int
) -> EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey | None:
    """Return the public key, if it is one of this algorithm and in its one spelling."""
    try:
        public = load_der_public_key(spki)
        if public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != spki:
            return None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if isinstance(public, EllipticCurvePublicKey):
        return public if algorithm == ES256 and isinstance(public.curve, SECP256R1) else None
    if isinstance(public, RSAPublicKey):
        return public if algorithm == RS256 and public.key_size in _RSA_BITS else None
    if isinstance(public, Ed25519PublicKey):
        return public if algorithm == EDDSA else None
    return None
