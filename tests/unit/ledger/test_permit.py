"""What the gateway mints is a JWS that others read; and the keys are a JWK set that others read."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds import needs
from tests.worlds.permits import Key, Maker
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.permit import (
    TYPE,
    Asked,
    PublishedKey,
    asked_by,
    parse_claims,
    parse_jwks,
    render_jwks,
)

ARGS = {"amount": 10.5, "to": "ä"}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_pyjwt_reads_it(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    assert jwt.get_unverified_header(token) == {
        "alg": "EdDSA",
        "kid": maker.key.keyid,
        "typ": TYPE,
    }
    keys = jwt.PyJWKSet.from_json(maker.keys.read_text())
    off = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    said = jwt.decode(token, keys[maker.key.keyid], ["EdDSA"], audience="desk", options=off)
    assert said["act"] == Asked("tools/call", "pay", ARGS, {}).digest
    assert (said["jti"], said["req"], said["ref"], said["agent"]) == ("id-1", "r", "0/1", "a")


# RFC 9864 has another name for the same algorithm, which fewer libraries know.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_joserfc_reads_it_and_makes_one_that_we_read(tmp_path: Path) -> None:
    needs.module("joserfc")
    from joserfc import jws
    from joserfc.jwk import KeySet, OKPKey

    maker = Maker(tmp_path)
    keys = KeySet.import_key_set(json.loads(maker.keys.read_text()))
    found = jws.deserialize_compact(maker.permit("pay", ARGS), keys, algorithms=["EdDSA"])
    assert parse_claims(found.payload).id == "id-1"
    x = base64.urlsafe_b64encode(maker.key.public_key).rstrip(b"=").decode()
    d = base64.urlsafe_b64encode(maker.key.private.private_bytes_raw()).rstrip(b"=").decode()
    private = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x, "d": d})
    head = {"alg": "EdDSA", "kid": maker.key.keyid, "typ": TYPE}
    token = jws.serialize_compact(head, found.payload, private, algorithms=["EdDSA"])
    assert maker.permits().check(token, "tools/call", "pay", ARGS).id == "id-1"


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES, max_size=4))
def test_the_digest_is_the_same_after_the_wire(arguments: dict[str, Any]) -> None:
    """The gateway and the tool's server work it out apart, with JSON in between."""
    params = {"name": "pay", "arguments": arguments, "requestState": "s"}
    there = json.loads(json.dumps(params))
    assert asked_by("tools/call", params).digest == asked_by("tools/call", there).digest


def test_each_part_of_what_is_asked_counts() -> None:
    digests = {
        Asked(*asked).digest
        for asked in (
            ("tools/call", "pay", {"a": 1}, {}),
            ("tools/call", "pay", {"a": 2}, {}),
            ("tools/call", "tip", {"a": 1}, {}),
            ("resources/read", "", {"a": 1}, {}),
            ("tools/call", "pay", {"a": 1}, {"requestState": "0"}),
        )
    }
    assert len(digests) == 5


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"[]",
        b'"x"',
        b"{",
        b'{"iss":"x","aud":"x","jti":"","act":"x","iat":1,"nbf":1,"exp":1}',
        b'{"iss":"x","aud":["x"],"jti":"x","act":"x","iat":1,"nbf":1,"exp":1}',
        b'{"iss":"x","aud":"x","jti":"x","act":"x","iat":1.5,"nbf":1,"exp":1}',
        b'{"iss":"x","aud":"x","jti":"x","act":"x","iat":true,"nbf":1,"exp":1}',
        b'{"iss":"x","aud":"x","jti":"x","act":"x","iat":1,"nbf":1,"exp":-1}',
        b'{"iss":"x","aud":"x","jti":"x","act":"x","iat":1,"nbf":1,"exp":1,"agent":1}',
        b'{"iss":"x","aud":"x","jti":"x","jti":"y","act":"x","iat":1,"nbf":1,"exp":1}',
    ],
)
def test_claims_that_are_none(raw: bytes) -> None:
    with pytest.raises(RecordInvalid):
        parse_claims(raw)


def test_a_key_set_comes_back_as_it_was() -> None:
    keys = (PublishedKey(Key().public_key), PublishedKey(Key().public_key, until=5))
    assert parse_jwks(render_jwks(keys)) == keys
    other = json.loads(render_jwks(keys))
    other["keys"].append({"kty": "RSA", "kid": "r"})
    assert parse_jwks(json.dumps(other).encode()) == keys


@pytest.mark.parametrize("change", [{"kid": "another"}, {"x": "AAAA"}, {"x": 1}, {"exp": "soon"}])
def test_a_key_that_is_none(change: dict[str, Any]) -> None:
    said = json.loads(render_jwks([PublishedKey(Key().public_key)]))
    said["keys"][0].update(change)
    with pytest.raises(RecordInvalid):
        parse_jwks(json.dumps(said).encode())
