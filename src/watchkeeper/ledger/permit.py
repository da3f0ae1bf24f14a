"""Permits: signed, short-lived, single-use leave for one call, shown to the tool's own server.

A permit is a compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037, 3.1) whose payload are
claims as JWT has them (RFC 7519, 4.1). It is bound to one call by `act`, the digest of what is
called with what, which the tool's server works out for itself from what it received. The keys are
published as a JWK set (RFC 7517, 5).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical, canonical_arguments, parse_json, sha256_hex
from watchkeeper.ledger.signature import KEY_BYTES, keyid_of
from watchkeeper.ports import Signer

HEADER = "watchkeeper-permit"
"""The HTTP header that carries a permit."""
META = "watchkeeper/permit"
"""The member of `_meta` that carries a permit."""
TYPE = "watchkeeper-permit+jwt"
ALGORITHM = "EdDSA"
MAX_BYTES = 4096
_CALL = "tools/call"
_ANSWERS = ("inputResponses", "requestState")
_OF_A_CALL = frozenset({"name", "arguments", "_meta", *_ANSWERS})
_TEXTS = ("iss", "aud", "jti", "act")
_TIMES = ("iat", "nbf", "exp")
_MAYBE = ("agent", "req", "ref")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a tool's server: the part of a message that a permit is bound to.

    For a method other than `tools/call`, `tool` is empty and `arguments` are all its params but
    `_meta`. `answers` holds the digests of what a call answers to the tool's questions.
    """

    method: str
    tool: str
    arguments: Mapping[str, Any]
    answers: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the canonical form (RFC 8785).

        Raises:
            RecordInvalid: the arguments have no canonical form.
        """
        said: dict[str, Any] = {
            "arguments": dict(self.arguments),
            "method": self.method,
            "tool": self.tool,
        }
        if self.answers:
            said["answers"] = dict(self.answers)
        return sha256_hex(canonical_arguments(said))


def asked_by(method: str, params: Mapping[str, Any]) -> Asked:
    """Return what a message asks.

    Raises:
        RecordInvalid: a call without a name, with arguments that are no object, or with members
            that a permit does not cover.
    """
    if method != _CALL:
        return Asked(method, "", {k: v for k, v in params.items() if k != "_meta"}, {})
    name, arguments = params.get("name"), params.get("arguments", {})
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise RecordInvalid("a call names its tool, and its arguments are an object")
    if not set(params) <= _OF_A_CALL:
        raise RecordInvalid("a call with members that no permit covers")
    answers = {
        key: sha256_hex(canonical_arguments(params[key])) for key in _ANSWERS if key in params
    }
    return Asked(method, name, arguments, answers)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a permit says; times are seconds since 1970.

    `id` is the action's own id, `act` the digest of what is asked. `agent`, `request` (the digest
    of the decided request) and `decision` (`<shard>.<index>` of its record) are None for a read
    of the gateway's own, for a fact or to settle an effect, which no agent asked for.
    """

    issuer: str
    audience: str
    issued: int
    not_before: int
    expires: int
    id: str
    act: str
    agent: str | None = None
    request: str | None = None
    decision: str | None = None


def mint(claims: Claims, signer: Signer) -> str:
    """Return a permit in compact form.

    Raises:
        KeyUnavailable: the signer's token can not sign now.
    """
    header = {"alg": ALGORITHM, "kid": signer.keyid, "typ": TYPE}
    said: dict[str, Any] = {
        "iss": claims.issuer,
        "aud": claims.audience,
        "iat": claims.issued,
        "nbf": claims.not_before,
        "exp": claims.expires,
        "jti": claims.id,
        "act": claims.act,
    }
    maybe = (claims.agent, claims.request, claims.decision)
    said.update({name: value for name, value in zip(_MAYBE, maybe, strict=True) if value})
    signed = f"{encode_url(canonical(header))}.{encode_url(canonical(said))}"
    return f"{signed}.{encode_url(signer.sign(signed.encode('ascii')))}"


def parse_claims(raw: bytes) -> Claims:
    """Parse the payload of a permit whose signature held.

    Raises:
        RecordInvalid: it is not exactly what `mint` writes.
    """
    said = parse_json(raw, max_bytes=MAX_BYTES, max_depth=4)
    if not isinstance(said, dict) or not set(said) <= {*_TEXTS, *_TIMES, *_MAYBE}:
        raise RecordInvalid("not the claims of a permit")
    texts, times = [said.get(key) for key in _TEXTS], [said.get(key) for key in _TIMES]
    maybe = [said.get(key) for key in _MAYBE]
    well = (
        all(isinstance(text, str) and text for text in texts)
        and all(type(at) is int and at >= 0 for at in times)
        and all(text is None or isinstance(text, str) for text in maybe)
    )
    if not well:
        raise RecordInvalid("a permit that lacks a claim, or has one of another kind")
    return Claims(*texts[:2], *times, *texts[2:], *maybe)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A raw Ed25519 public key; `until` (seconds since 1970) is its end, where it was replaced."""

    public: bytes
    until: int | None = None

    @property
    def keyid(self) -> str:
        """SHA-256 of the raw public key, in hex: the `kid` of its permits."""
        return keyid_of(self.public)


def render_jwks(keys: Iterable[PublishedKey]) -> bytes:
    """Render keys as a JWK set (RFC 7517, 5; RFC 8037, 2), canonical."""
    return canonical({"keys": [_jwk(key) for key in keys]})


def parse_jwks(raw: bytes) -> tuple[PublishedKey, ...]:
    """Parse a JWK set; keys of other kinds are left out, as RFC 7517, 5 asks.

    Raises:
        RecordInvalid: it is none, or an Ed25519 key in it is none.
    """
    said = parse_json(raw, max_depth=8)
    keys = said.get("keys") if isinstance(said, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise RecordInvalid("not a JWK set")
    return tuple(_published(key) for key in keys if key.get("crv") == "Ed25519")


def encode_url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _jwk(key: PublishedKey) -> dict[str, Any]:
    said: dict[str, Any] = {
        "alg": ALGORITHM,
        "crv": "Ed25519",
        "kid": key.keyid,
        "kty": "OKP",
        "use": "sig",
        "x": encode_url(key.public),
    }
    return said if key.until is None else {**said, "exp": key.until}


def _published(said: Mapping[str, Any]) -> PublishedKey:
    x, until = said.get("x"), said.get("exp")
    try:
        public = base64.urlsafe_b64decode(f"{x}==") if isinstance(x, str) else b""
    except (binascii.Error, ValueError):
        public = b""
    if len(public) != KEY_BYTES or not (until is None or type(until) is int):
        raise RecordInvalid("an Ed25519 key that is none in a JWK set")
    key = PublishedKey(public, until)
    if said.get("kid") != key.keyid:
        raise RecordInvalid("a key whose id is not its own in a JWK set")
    return key
