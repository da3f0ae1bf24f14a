"""Signing in by passkey, and registering one (W3C Web Authentication level 3, 7.1 and 7.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from watchkeeper.console.signin.challenge import TIMEOUT_MILLIS, websafe
from watchkeeper.do.state.authority import Authority
from watchkeeper.do.state.projection import State
from watchkeeper.errors import CommandInvalid, SignInRefused
from watchkeeper.ledger.assertion import (
    DEFAULT_CONSOLE,
    EDDSA,
    ES256,
    RS256,
    check_assertion,
    passkey_keys,
    place_of,
)
from watchkeeper.loop.enrolment import check_counter
from watchkeeper.records.codec import Json
from watchkeeper.records.people import Assertion, Passkey

_REFUSED = "that is no passkey of this console, or it did not answer as it should"
_MOST_CREDENTIAL = 1 << 16


def sign_in_options(authority: Authority, challenge: bytes) -> dict[str, Json]:
    """Return what a browser asks its authenticators: any passkey of this place, of anybody."""
    return {
        "challenge": websafe(challenge),
        "rpId": place_of(authority.console or DEFAULT_CONSOLE)[0],
        "timeout": TIMEOUT_MILLIS,
        "userVerification": "required",
    }


def who_signed_in(state: State, challenge: bytes, said: Mapping[str, Any]) -> tuple[str, str]:
    """Return whose passkey answered the challenge, and the id of its key.

    Raises:
        SignInRefused: nobody's; why is not told.
    """
    authority = state.authority
    for person in {*authority.passkeys, *authority.registered}:
        found = [p for p in authority.passkeys_of(person) if p.credential == said.get("id")]
        for keyid, key in passkey_keys(tuple(found), authority.console).items():
            try:
                assertion = Assertion(_plain(said, "authenticatorData"), _plain(said, CLIENT))
                sig = base64.b64decode(_plain(said, "signature"))
                counter = check_assertion(assertion, sig, key, challenge)
                check_counter(state, keyid, counter)
            except CommandInvalid as error:
                raise SignInRefused(_REFUSED) from error
            return person, keyid
    raise SignInRefused(_REFUSED)


def registration_options(
    authority: Authority, origin: str, person: str, name: str, challenge: bytes
) -> dict[str, Json]:
    """Return what a browser makes a passkey of a person from.

    `origin` is the log's: with the person it gives the handle under which authenticators keep it,
    which tells a stranger nothing.
    """
    handle = hashlib.sha256(f"{origin}\n{person}".encode()).digest()
    rp_id = place_of(authority.console or DEFAULT_CONSOLE)[0]
    algorithms = (ES256, EDDSA, RS256)
    return {
        "rp": {"id": rp_id, "name": "Watchkeeper"},
        "user": {"id": websafe(handle), "name": person, "displayName": name},
        "challenge": websafe(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in algorithms],
        "timeout": TIMEOUT_MILLIS,
        "excludeCredentials": [
            {"type": "public-key", "id": one.credential} for one in authority.passkeys_of(person)
        ],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def registered_passkey(authority: Authority, challenge: bytes, said: Any) -> Passkey:
    """Return the passkey that a browser made for a challenge.

    Raises:
        CommandInvalid: it is none of this place, or its person was not verified.
    """
    # Only what makes a passkey needs it, and it takes a while to load.
    import webauthn
    from webauthn.helpers import (
        decode_credential_public_key,
        decoded_public_key_to_cryptography,
    )
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.exceptions import WebAuthnException

    rp_id, origin = place_of(authority.console or DEFAULT_CONSOLE)
    if not isinstance(said, dict) or len(str(said)) > _MOST_CREDENTIAL:
        raise CommandInvalid("what the browser made is no credential")
    try:
        found = webauthn.verify_registration_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(one) for one in (ES256, EDDSA, RS256)],
        )
        key = decode_credential_public_key(found.credential_public_key)
        public = decoded_public_key_to_cryptography(key)
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise CommandInvalid("the passkey was not made for this console, or not fully") from error
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Passkey(websafe(found.credential_id), base64.b64encode(spki).decode(), int(key.alg))


CLIENT = "clientDataJSON"


def _plain(said: Mapping[str, Any], name: str) -> str:
    """Return base64url of a browser as the plain base64 that records hold."""
    text = str(said.get(name))
    try:
        raw = base64.urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}".encode("ascii"))
    except (binascii.Error, ValueError):
        raise CommandInvalid(f"the assertion's {name} is no base64url") from None
    return base64.b64encode(raw).decode()
