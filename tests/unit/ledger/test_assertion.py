"""Assertions of passkeys: what py_webauthn takes and refuses, rule by rule."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cbor2
import pytest
import webauthn
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP384R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn.helpers.exceptions import WebAuthnException

from tests.worlds.people import CONSOLE, Passholder, high_s
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.assertion import (
    EDDSA,
    ES256,
    RS256,
    PasskeyKey,
    challenge_of,
    check_assertion,
    is_passkey,
    passkey_keys,
    place_of,
)
from watchkeeper.ledger.envelope import open_command
from watchkeeper.records.people import Assertion, Signature

CHALLENGE = b"c" * 32
Change = Callable[[Passholder], None]


def _key(holder: Passholder) -> PasskeyKey:
    return passkey_keys((holder.passkey,), CONSOLE)[holder.keyid]


def _taken(holder: Passholder, said: Assertion, sig: bytes, key: PasskeyKey | None = None) -> bool:
    try:
        check_assertion(
            said, sig, key or _key(Passholder(holder.person, algorithm=holder.algorithm)), CHALLENGE
        )
    except CommandInvalid:
        return False
    return True


def _cose(holder: Passholder) -> bytes:
    """The public key as a COSE key (RFC 9052, 7), as py_webauthn wants it."""
    public: Any = holder.private.public_key()
    if isinstance(public, EllipticCurvePublicKey):
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: point[1:33], -3: point[33:]})
    if isinstance(public, RSAPublicKey):
        numbers = public.public_numbers()
        return cbor2.dumps(
            {1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}
        )
    assert isinstance(public, Ed25519PublicKey)
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return cbor2.dumps({1: 1, 3: EDDSA, -1: 6, -2: raw})


def _oracle(holder: Passholder, said: Assertion, sig: bytes) -> bool:
    """Ask py_webauthn the same question."""
    credential = holder.passkey.credential

    def websafe(text: str) -> str:
        return base64.urlsafe_b64encode(base64.b64decode(text)).decode().rstrip("=")

    given = {
        "id": credential,
        "rawId": credential,
        "type": "public-key",
        "response": {
            "authenticatorData": websafe(said.authenticator_data),
            "clientDataJSON": websafe(said.client_data),
            "signature": websafe(base64.b64encode(sig).decode()),
        },
    }
    try:
        webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=CHALLENGE,
            expected_rp_id="localhost",
            expected_origin=CONSOLE,
            credential_public_key=_cose(holder),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return False
    return True


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_an_assertion_is_taken_as_the_oracle_takes_it(algorithm: int) -> None:
    holder = Passholder("ana", algorithm=algorithm, counter=7)
    said, sig = holder.answer(CHALLENGE)
    raw = base64.b64decode(sig)
    assert check_assertion(said, raw, _key(holder), CHALLENGE) == 7
    assert _oracle(holder, said, raw)
    for at in (0, len(raw) // 2, len(raw) - 1):
        bent = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        assert not _taken(holder, said, bent)
        assert not _oracle(holder, said, bent)


BOTH_REFUSE: dict[str, Change] = {
    "another site": lambda one: setattr(one, "origin", "https://evil.example"),
    "another port": lambda one: setattr(one, "origin", "http://localhost:8933"),
    "another spelling of the site": lambda one: setattr(one, "origin", CONSOLE + "/"),
    "another place": lambda one: setattr(one, "rp_id", "evil.example"),
    "nobody there": lambda one: setattr(one, "up", False),
    "nobody recognised": lambda one: setattr(one, "uv", False),
    "a registration": lambda one: one.client.update(type="webauthn.create"),
    "another challenge": lambda one: one.client.update(challenge="AAAA"),
}
WE_REFUSE: dict[str, Change] = {
    "inside another site's page": lambda one: setattr(one, "cross_origin", True),
    "a word for whether it was": lambda one: one.client.update(crossOrigin="false"),
    "the page around it named": lambda one: one.client.update(topOrigin=CONSOLE),
    "a challenge with padding": lambda one: one.client.update(
        challenge=base64.urlsafe_b64encode(CHALLENGE).decode()
    ),
    "a key attested": lambda one: setattr(one, "flags", 64),
    "copied and not to be copied": lambda one: setattr(one, "flags", 16),
    "extensions said and not there": lambda one: setattr(one, "flags", 128),
    "something more": lambda one: setattr(one, "extra", b"\xa0"),
    "a book of client data": lambda one: one.client.update(more="m" * 4096),
    "a book of extensions": lambda one: (
        setattr(one, "flags", 128),
        setattr(one, "extra", b"\xa0" * 1000),
    )[0],
}


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
@pytest.mark.parametrize("lie", BOTH_REFUSE)
def test_each_rule_alone_refuses_it(lie: str, algorithm: int) -> None:
    holder = Passholder("ana", algorithm=algorithm)
    BOTH_REFUSE[lie](holder)
    said, sig = holder.answer(CHALLENGE)
    assert not _taken(holder, said, base64.b64decode(sig))
    assert not _oracle(holder, said, base64.b64decode(sig))


@pytest.mark.parametrize("lie", WE_REFUSE)
def test_what_the_oracle_lets_pass_or_does_not_look_at_is_refused_too(lie: str) -> None:
    holder = Passholder("ana")
    WE_REFUSE[lie](holder)
    said, sig = holder.answer(CHALLENGE)
    assert not _taken(holder, said, base64.b64decode(sig))


def test_flags_of_a_passkey_that_a_cloud_holds_are_taken() -> None:
    holder = Passholder("ana", flags=8 | 16)
    said, sig = holder.answer(CHALLENGE)
    assert _taken(holder, said, base64.b64decode(sig))
    assert _oracle(holder, said, base64.b64decode(sig))


def test_both_spellings_of_an_ecdsa_signature_are_taken() -> None:
    holder = Passholder("ana")
    said, sig = holder.answer(CHALLENGE)
    other = high_s(Signature("", holder.keyid, sig, said))
    assert other.sig != sig
    assert _taken(holder, said, base64.b64decode(other.sig))
    assert _oracle(holder, said, base64.b64decode(other.sig))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"type":"webauthn.get","type":"webauthn.get"}', b"\xff", b"null"]
)
def test_client_data_that_is_none_is_refused(raw: bytes) -> None:
    holder = Passholder("ana")
    said, sig = holder.answer(CHALLENGE)
    said = replace(said, client_data=base64.b64encode(raw).decode())
    assert not _taken(holder, said, base64.b64decode(sig))


@pytest.mark.parametrize("name", ["authenticator_data", "client_data"])
def test_bytes_in_another_spelling_are_refused(name: str) -> None:
    holder = Passholder("ana")
    said, sig = holder.answer(CHALLENGE)
    bent = replace(said, **{name: getattr(said, name).rstrip("=") + "\n"})
    assert not _taken(holder, bent, base64.b64decode(sig))
    short = replace(said, authenticator_data=base64.b64encode(b"\0" * 36).decode())
    assert not _taken(holder, short, base64.b64decode(sig))


def test_the_algorithm_is_the_plans_and_not_the_keys() -> None:
    holder = Passholder("ana")
    said, sig = holder.answer(CHALLENGE)
    for algorithm in (EDDSA, RS256, -37, 0):
        key = replace(_key(holder), algorithm=algorithm)
        assert not _taken(holder, said, base64.b64decode(sig), key)
        assert not is_passkey(replace(holder.passkey, algorithm=algorithm))


def test_no_other_curve_and_no_other_spelling_of_a_key_counts() -> None:
    holder = Passholder("ana")
    other = generate_private_key(SECP384R1()).public_key()
    for spki in (
        other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        holder.spki + b"\0",
        holder.spki[:-1],
        os.urandom(91),
        b"",
    ):
        passkey = replace(holder.passkey, public_key=base64.b64encode(spki).decode())
        assert not is_passkey(passkey)
        assert passkey_keys((passkey,), CONSOLE) == {}


def test_where_a_console_is() -> None:
    assert place_of("https://watch.example") == ("watch.example", "https://watch.example")
    assert place_of("https://w.example:8443") == ("w.example", "https://w.example:8443")
    holder = Passholder("ana")
    for odd in ("", "https://[::1", "https://w.example/", "https://a@w.example", "ftp://w.example"):
        assert place_of(odd)[0] == ""
        assert passkey_keys((holder.passkey,), odd or "x") == {}
    assert passkey_keys((holder.passkey,)) == passkey_keys((holder.passkey,), CONSOLE)


def test_a_command_is_signed_by_the_kind_of_key_that_signed_it() -> None:
    holder = Passholder("ana")
    signature = holder.command("o", "stop", {})
    keys = {holder.keyid: _key(holder)}
    assert open_command(signature, keys).verb == "stop"
    with pytest.raises(CommandInvalid, match="without its assertion"):
        open_command(replace(signature, assertion=None), keys)
    with pytest.raises(CommandInvalid, match="makes none"):
        open_command(signature, {holder.keyid: b"\0" * 32})
    another = holder.command("o", "resume", {})
    with pytest.raises(CommandInvalid, match="another challenge"):
        open_command(replace(another, payload=signature.payload), keys)
    assert challenge_of(b"a") != challenge_of(b"b")
