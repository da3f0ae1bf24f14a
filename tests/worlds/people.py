"""People with passkeys: an authenticator in software, which lies wherever a test asks it to."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from watchkeeper import wiring
from watchkeeper.ledger.assertion import EDDSA, ES256, RS256, challenge_of
from watchkeeper.ledger.canonical import canonical
from watchkeeper.records.codec import Json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Assertion, Command, Passkey, Signature

CONSOLE = "http://localhost:8932"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256's group (SEC 2, 2.4.2)."""
Private = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey


@cache
def _private(person: str, algorithm: int, more: str = "") -> Private:
    """A key; but for RSA the same in every run."""
    seed = hashlib.sha256(f"passkey of {person}{more}".encode()).digest()
    if algorithm == ES256:
        return derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, SECP256R1())
    if algorithm == EDDSA:
        return Ed25519PrivateKey.from_private_bytes(seed)
    assert algorithm == RS256
    return generate_private_key(65_537, 2048)


@dataclass
class Passholder:
    """A person with an authenticator; every claim of it can be made false."""

    person: str
    origin: str = CONSOLE
    rp_id: str = "localhost"
    algorithm: int = ES256
    uv: bool = True
    up: bool = True
    cross_origin: bool = False
    counter: int = 0
    flags: int = 0
    extra: bytes = b""
    client: dict[str, Any] = field(default_factory=dict)
    seed: str = ""

    @property
    def private(self) -> Private:
        return _private(self.person, self.algorithm, self.seed)

    @property
    def spki(self) -> bytes:
        public = self.private.public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def keyid(self) -> str:
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def passkey(self) -> Passkey:
        credential = _websafe(hashlib.sha256(b"credential" + self.spki).digest())
        key = base64.b64encode(self.spki).decode()
        return Passkey(credential, key, self.algorithm, f"{self.person}'s phone")

    def answer(self, challenge: bytes) -> tuple[Assertion, str]:
        """Answer a challenge: the assertion, and its signature in base64."""
        data, client = self._data(), self._client("webauthn.get", challenge)
        sig = self._sign(data + hashlib.sha256(client).digest())
        said = Assertion(base64.b64encode(data).decode(), base64.b64encode(client).decode())
        return said, base64.b64encode(sig).decode()

    def command(
        self,
        origin: str,
        verb: str,
        body: Mapping[str, Any],
        *,
        at: Instant | None = None,
        nonce: str = "",
        person: str = "",
    ) -> Signature:
        """Sign a command to the log `origin`, as `person` if another is named."""
        made = nonce or os.urandom(16).hex()
        said = Command(origin, person or self.person, verb, made, at or wiring.clock().wall(), body)
        payload = canonical(to_json(said))
        assertion, sig = self.answer(challenge_of(payload))
        return Signature(base64.b64encode(payload).decode(), self.keyid, sig, assertion)

    def web_answer(self, challenge: str) -> dict[str, str]:
        """Answer a challenge as our script sends it on: everything in base64url."""
        said, sig = self.answer(_unsafe(challenge))
        return {
            "id": self.passkey.credential,
            "authenticatorData": _rewebsafe(said.authenticator_data),
            "clientDataJSON": _rewebsafe(said.client_data),
            "signature": _rewebsafe(sig),
        }

    def registration(self, challenge: str) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`: no attestation (WebAuthn level 3, 8.7)."""
        credential = _unsafe(self.passkey.credential)
        flags = self.flags | (1 if self.up else 0) | (4 if self.uv else 0) | 64
        place = hashlib.sha256(self.rp_id.encode()).digest()
        named = bytes(16) + len(credential).to_bytes(2, "big") + credential + self._cose()
        data = place + bytes([flags]) + self.counter.to_bytes(4, "big") + named
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", _unsafe(challenge))
        return {
            "id": self.passkey.credential,
            "rawId": self.passkey.credential,
            "type": "public-key",
            "response": {
                "attestationObject": _websafe(made),
                "clientDataJSON": _websafe(client),
            },
        }

    def _cose(self) -> bytes:
        """The public key as authenticators give it (RFC 9053, 7)."""
        public = self.private.public_key()
        if isinstance(public, EllipticCurvePublicKey):
            numbers = public.public_numbers()
            x, y = (part.to_bytes(32, "big") for part in (numbers.x, numbers.y))
            return cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: x, -3: y})
        if isinstance(public, Ed25519PublicKey):
            raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
            return cbor2.dumps({1: 1, 3: EDDSA, -1: 6, -2: raw})
        numbers_ = public.public_numbers()
        n = numbers_.n.to_bytes((numbers_.n.bit_length() + 7) // 8, "big")
        return cbor2.dumps({1: 3, 3: RS256, -1: n, -2: numbers_.e.to_bytes(3, "big")})

    def _data(self) -> bytes:
        flags = self.flags | (1 if self.up else 0) | (4 if self.uv else 0)
        place = hashlib.sha256(self.rp_id.encode()).digest()
        return place + bytes([flags]) + self.counter.to_bytes(4, "big") + self.extra

    def _client(self, kind: str, challenge: bytes) -> bytes:
        said: dict[str, Json] = {
            "type": kind,
            "challenge": _websafe(challenge),
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        }
        return json.dumps({**said, **self.client}, separators=(",", ":")).encode()

    def _sign(self, message: bytes) -> bytes:
        private = self.private
        if isinstance(private, EllipticCurvePrivateKey):
            return private.sign(message, ECDSA(SHA256()))
        if isinstance(private, RSAPrivateKey):
            return private.sign(message, padding.PKCS1v15(), SHA256())
        return private.sign(message)


def high_s(signature: Signature) -> Signature:
    """The other spelling of the same ES256 signature: (r, n-s), which verifies too."""
    r, s = decode_dss_signature(base64.b64decode(signature.sig))
    other = base64.b64encode(encode_dss_signature(r, ORDER - s)).decode()
    return replace(signature, sig=other)


def _unsafe(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _rewebsafe(text: str) -> str:
    return _websafe(base64.b64decode(text))


def _websafe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
