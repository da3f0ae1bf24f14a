"""A token counts by the provider's own signature alone: never by none, nor by a secret of ours."""

from __future__ import annotations

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.worlds.openid import SECRET, Provider, own_key, unsigned
from watchkeeper.adapters.openid.token import algorithms_of, verified_claims
from watchkeeper.errors import SignInRefused


def _refused(provider: Provider) -> None:
    visitor = provider.console().visitor()
    assert provider.sign_in(visitor).status_code == 403
    assert not visitor.signed_in


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, ["none"]])
def test_a_token_that_nobody_signed(provider: Provider, name: object) -> None:
    provider.header = {"alg": name, "kid": "one"}
    provider.make = unsigned
    _refused(provider)


def test_one_that_calls_itself_signed_and_is_not(provider: Provider) -> None:
    provider.make = lambda header, claims: unsigned({**header, "alg": "ES256"}, claims)
    _refused(provider)


@pytest.mark.parametrize("secret", ["the client's", "the provider's public key"])
def test_one_signed_by_a_secret_that_others_have(provider: Provider, secret: str) -> None:
    """HS256 under what the client holds, or under what everybody can read (RFC 8725, 2.1)."""
    public = own_key().as_pem(private=False)
    key = OctKey.import_key(SECRET if secret == "the client's" else public.hex())
    provider.header = {"alg": "HS256", "kid": "one"}
    provider.keys = [*provider.keys, {**key.as_dict(), "kid": "one"}]
    provider.make = lambda header, claims: jwt.encode(header, claims, key, ["HS256"])
    _refused(provider)


def test_one_signed_by_another_key_under_the_same_name(provider: Provider) -> None:
    provider.key = own_key("two")
    provider.make = lambda header, claims: jwt.encode(header, claims, own_key("two"), ["ES256"])
    _refused(provider)


def test_one_that_brings_its_own_key(provider: Provider) -> None:
    public = own_key("two").as_dict(private=False)
    provider.header = {"alg": "ES256", "jwk": public}
    provider.key = own_key("two")
    _refused(provider)


@pytest.mark.parametrize("use", [{"use": "enc"}, {"alg": "ES384"}, {"kty": "RSA"}])
def test_one_signed_by_a_key_for_something_else(provider: Provider, use: dict[str, str]) -> None:
    provider.keys = [{**provider.keys[0], **use}]
    _refused(provider)


def test_an_algorithm_that_the_provider_does_not_name(provider: Provider) -> None:
    provider.metadata = {"id_token_signing_alg_values_supported": ["RS256"]}
    _refused(provider)


def test_nothing_counts_where_the_provider_names_nothing_that_we_take() -> None:
    """The library takes a choice of its own where it is given none."""
    assert algorithms_of(["HS256", "none", 7]) == ()
    token = jwt.encode({"alg": "HS256"}, {}, OctKey.import_key(SECRET), ["HS256"])
    with pytest.raises(SignInRefused):
        verified_claims(token, [OctKey.import_key(SECRET).as_dict()], ())


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d.e", "ä.b.c", "e30.e30.e30", 7, "." * 9])
def test_what_is_no_token(provider: Provider, token: object) -> None:
    provider.make = lambda _, __: token  # type: ignore[assignment,return-value]
    _refused(provider)


def test_a_key_that_was_exchanged_meanwhile(provider: Provider) -> None:
    """It is read anew, though at most once a minute."""
    console = provider.console()
    assert provider.sign_in(console.visitor()).status_code == 303
    provider.key, provider.header = own_key("two"), {"alg": "ES256", "kid": "two"}
    provider.keys = [own_key("two").as_dict(private=False)]
    assert provider.sign_in(console.visitor()).status_code == 403
    console.bank.clock.advance(61)
    assert provider.sign_in(console.visitor()).status_code == 303
    assert sum(1 for path, _, _ in provider.asked if path == "/jwks") == 2


def test_rsa_too(provider: Provider) -> None:
    rsa = own_key("r", "RSA")
    provider.key, provider.header = rsa, {"alg": "RS256", "kid": "r", "x5t": "anything"}
    provider.keys = [{"kty": "new-kind", "kid": "r"}, rsa.as_dict(private=False)]
    provider.make = lambda _, claims: jwt.encode({"alg": "RS256", "kid": "r"}, claims, rsa)
    assert provider.sign_in(provider.console().visitor()).status_code == 303
