"""The provider's word on who somebody is: an id token (OpenID Connect Core 1.0, 2 and 3.1.3.7)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core.claims import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from joserfc.jws import JWSRegistry

from watchkeeper.errors import RecordInvalid, SignInRefused
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ports.people import Identity

_KEY_TYPES = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "Ed25519": "OKP",
}
ALGORITHMS = frozenset(_KEY_TYPES)
"""Signatures alone: nothing that the client's own secret could make, and never `none`."""
LEEWAY = 60
OLDEST = 600
"""Seconds that clocks may be apart, and that a token may be old."""
_MOST_SUBJECT = 255
_MOST_TOKEN = 1 << 17


class _Registry(JWSRegistry):
    """Headers as they come: some providers send a chain of certificates, which nobody looks at."""

    max_header_length = 8_192


class UnknownKey(SignInRefused):
    """No key that the provider publishes fits a token; it may have published another since."""


def algorithms_of(named: object) -> tuple[str, ...]:
    """Return the algorithms of a provider's metadata that we take."""
    listed = named if isinstance(named, list) else ["RS256"]
    return tuple(one for one in listed if isinstance(one, str) and one in ALGORITHMS)


def header_of(token: object) -> dict[str, Any]:
    """Return the header of a token in compact form, unverified.

    Raises:
        SignInRefused: that is no such token.
    """
    if not isinstance(token, str) or token.count(".") != 2 or len(token) > _MOST_TOKEN:
        raise SignInRefused("the provider gave no signed id token")
    text = token.partition(".")[0]
    try:
        raw = base64.urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}".encode("ascii"))
        found = parse_json(raw, max_bytes=_MOST_TOKEN)
    except (ValueError, RecordInvalid):
        found = None
    if not isinstance(found, dict):
        raise SignInRefused("the provider gave no signed id token")
    return found


def verified_claims(
    token: str, keys: Iterable[object], algorithms: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token that one of the provider's keys signed.

    Raises:
        UnknownKey: none of the keys is for it.
        SignInRefused: it is not signed by the one that is, or not in a way that counts.
    """
    header = header_of(token)
    algorithm = header.get("alg")
    # The library takes its own choice where the list is empty: look before it is asked.
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise SignInRefused("the id token is not signed in a way that counts")
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    fitting = _fitting(keys, algorithm, header.get("kid"))
    if not fitting:
        raise UnknownKey("the id token is signed with a key that the provider does not publish")
    for key in fitting:
        try:
            return header, dict(jwt.decode(token, key, [algorithm], registry).claims)
        except (JoseError, ValueError, TypeError):
            continue
    raise SignInRefused("the id token is not signed by the provider")


def _fitting(keys: Iterable[object], algorithm: str, kid: object) -> list[Key]:
    found = []
    for one in keys:
        if not isinstance(one, dict) or one.get("kty") != _KEY_TYPES[algorithm]:
            continue
        named = kid is None or one.get("kid") == kid
        if named and one.get("use", "sig") == "sig" and one.get("alg", algorithm) == algorithm:
            try:
                found.append(JWKRegistry.import_key(one))
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    return found


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say: by whom, for which client, to which question; `now` in seconds."""

    issuer: str
    client: str
    nonce: str
    now: int


def identity_of(header: dict[str, Any], claims: dict[str, Any], expected: Expected) -> Identity:
    """Return whom the claims are about, if they are by this issuer, for us, now, and asked for.

    Raises:
        SignInRefused: they are not.
    """
    options = {"iss": {"essential": True, "value": expected.issuer}, "aud": {"essential": True}}
    said = CodeIDToken(
        claims, header, options, {"nonce": expected.nonce, "client_id": expected.client}
    )
    try:
        said.validate(expected.now, LEEWAY)
    except (JoseError, ValueError, TypeError, OverflowError):
        raise SignInRefused("the id token is not for this sign-in, here and now") from None
    # Ours alone: who else may be meant is nobody whom we trust to hand it on (3.1.3.7, 3).
    ours = claims["aud"] in (expected.client, [expected.client])
    told = str(claims["nonce"]).encode(errors="replace")
    same = hmac.compare_digest(told, expected.nonce.encode())
    if not ours or not same or claims["iat"] < expected.now - OLDEST:
        raise SignInRefused("the id token is not for this sign-in, here and now")
    subject = claims["sub"]
    if not subject or len(subject) > _MOST_SUBJECT or not subject.isascii():
        raise SignInRefused("the id token names nobody")
    return Identity(expected.issuer, subject)
