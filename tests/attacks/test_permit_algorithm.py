"""The algorithm is ours to say, not the token's (RFC 8725, 3.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.worlds.permits import Maker
from watchkeeper.ledger.permit import TYPE
from watchkeeper.permit import PermitInvalid

ARGS = {"amount": 10}


def _claims(maker: Maker) -> dict[str, Any]:
    made = maker.claims("pay", ARGS)
    return {
        "iss": made.issuer,
        "aud": made.audience,
        "iat": made.issued,
        "nbf": made.not_before,
        "exp": made.expires,
        "jti": made.id,
        "act": made.act,
    }


def _reason(maker: Maker, token: str) -> str:
    with pytest.raises(PermitInvalid) as error:
        maker.permits().check(token, "tools/call", "pay", ARGS)
    return error.value.reason


def test_none_is_no_algorithm(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    head = {"kid": maker.key.keyid, "typ": TYPE}
    token = jwt.encode(_claims(maker), None, algorithm="none", headers=head)
    assert _reason(maker, token) == "malformed"


def test_the_public_key_is_no_shared_secret(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    public = maker.key.private.public_key()
    secret = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    head = {"kid": maker.key.keyid, "typ": TYPE}
    token = jwt.encode(_claims(maker), secret, algorithm="HS256", headers=head)
    assert _reason(maker, token) == "malformed"


@pytest.mark.parametrize(
    "head",
    [
        {"typ": "JWT"},
        {"typ": TYPE, "crit": ["exp"]},
        {"typ": TYPE, "jwk": {"kty": "OKP"}},
        {"typ": TYPE, "jku": "https://thief.example/keys"},
    ],
    ids=["another-kind", "critical", "its-own-key", "its-own-address"],
)
def test_a_header_that_says_more(tmp_path: Path, head: dict[str, Any]) -> None:
    maker = Maker(tmp_path)
    said = {"kid": maker.key.keyid, **head}
    token = jwt.encode(_claims(maker), maker.key.private, algorithm="EdDSA", headers=said)
    assert _reason(maker, token) == "malformed"


def test_a_token_of_another_kind_by_the_same_key(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    said = {"kid": maker.key.keyid, "typ": TYPE}
    more = {**_claims(maker), "scope": "everything"}
    token = jwt.encode(more, maker.key.private, algorithm="EdDSA", headers=said)
    assert _reason(maker, token) == "malformed"
