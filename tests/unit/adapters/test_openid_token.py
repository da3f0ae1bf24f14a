"""Whatever a provider says: a token that holds, or a refusal; never another failure."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt

from tests.worlds.openid import own_key
from watchkeeper.adapters.openid.line import check_endpoint
from watchkeeper.adapters.openid.token import (
    Expected,
    algorithms_of,
    header_of,
    identity_of,
    verified_claims,
)
from watchkeeper.errors import ProviderFailed, SignInRefused
from watchkeeper.ports.people import Identity

ISSUER, NOW = "https://id.example", 1_795_000_000
EXPECTED = Expected(ISSUER, "wk", "nonce", NOW)
KEYS = [own_key().as_dict(private=False)]
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "ben",
    "aud": "wk",
    "nonce": "nonce",
    "iat": NOW,
    "exp": NOW + 60,
}
FEW = settings(max_examples=40)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=9), inside),
    max_leaves=6,
)


def test_what_it_should_be() -> None:
    token = jwt.encode({"alg": "ES256", "kid": "one"}, CLAIMS, own_key(), ["ES256"])
    header, claims = verified_claims(token, KEYS, ("ES256",))
    assert identity_of(header, claims, EXPECTED) == Identity(ISSUER, "ben")
    more = {**CLAIMS, "aud": ["wk"], "azp": "wk", "email": "x", "amr": ["pwd"]}
    assert identity_of(header, more, EXPECTED).subject == "ben"


@FEW
@given(st.dictionaries(st.sampled_from([*CLAIMS, "azp", "nbf", "auth_time", "at_hash"]), ANY))
def test_claims_of_any_form_are_refused_or_the_same_person(changes: dict[str, Any]) -> None:
    try:
        found = identity_of({"alg": "ES256"}, {**CLAIMS, **changes}, EXPECTED)
    except SignInRefused:
        return
    assert found.issuer == ISSUER
    assert found.subject == changes.get("sub", "ben")
    assert changes.get("nonce", "nonce") == "nonce"
    assert changes.get("aud", "wk") in ("wk", ["wk"])


@FEW
@given(st.lists(st.binary(max_size=40), max_size=5), st.lists(ANY, max_size=3))
def test_bytes_of_any_form_are_no_token(parts: list[bytes], keys: list[Any]) -> None:
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    for text in (token, b"".join(parts).decode(errors="replace"), f"{token}.x.y"):
        with pytest.raises(SignInRefused):
            verified_claims(text, [*keys, *KEYS], ("ES256", "RS256"))


@FEW
@given(st.dictionaries(st.sampled_from(["alg", "kid", "crit", "b64", "jwk", "typ"]), ANY))
def test_headers_of_any_form_do_not_count(header: dict[str, Any]) -> None:
    """Signed by the provider's key, or by none: nothing in a header changes what is asked of it."""
    raw = jwt.encode({"alg": "ES256", "kid": "one"}, CLAIMS, own_key(), ["ES256"])
    _, body, sig = raw.split(".")
    text = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    with pytest.raises(SignInRefused):
        verified_claims(f"{text}.{body}.{sig}", KEYS, ("ES256",))


@FEW
@given(ANY)
def test_what_is_no_token_has_no_header(token: Any) -> None:
    with pytest.raises(SignInRefused):
        header_of(token)


@FEW
@given(ANY)
def test_nothing_of_any_form_lets_a_secret_sign(named: Any) -> None:
    assert not {"HS256", "none"} & set(algorithms_of(named))
    assert algorithms_of(["HS512", "none", named]) == algorithms_of([named])


@FEW
@given(ANY | st.text(max_size=60).map("https://".__add__) | st.text(max_size=30))
def test_an_address_is_safe_or_refused(url: Any) -> None:
    try:
        found = check_endpoint(url, ISSUER)
    except ProviderFailed:
        return
    assert found.startswith(("https://", "HTTPS://"))
    assert not {"#", "@", "\n"} & set(found.partition("?")[0].split("/")[2])
