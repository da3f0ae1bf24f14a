"""A token that was made for another sign-in, another client or another time is none for this."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.openid import CLIENT, Provider


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": ""},
        {"nonce": ["x"]},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": []},
        {"aud": [CLIENT], "azp": "another-client"},
        {"exp": 1},
        {"exp": "later"},
        {"iat": 1},
        {"iat": 1e40},
        {"nbf": 9_999_999_999},
        {"sub": ""},
        {"sub": 248289761001},
        {"sub": "x" * 256},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_says_something_else(provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    visitor = provider.console().visitor()
    assert provider.sign_in(visitor).status_code == 403
    assert not visitor.signed_in


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "nonce"])
def test_a_token_that_leaves_something_out(provider: Provider, name: str) -> None:
    provider.left_out = (name,)
    visitor = provider.console().visitor()
    assert provider.sign_in(visitor).status_code == 403
    assert not visitor.signed_in


def test_a_token_of_an_earlier_sign_in_given_again(provider: Provider) -> None:
    """The provider, or who stands before it, gives Eve the token that it made for Ben."""
    console = provider.console()
    ben, eve = console.visitor(), console.visitor()
    sent = provider.leave(ben)
    kept = provider.id_token(sent)
    provider.make = lambda _, __: kept
    assert provider.sign_in(eve).status_code == 403
    answer = {"code": provider.code(sent), "state": sent["state"], "iss": provider.issuer}
    assert provider.come_back(ben, **answer).status_code == 303


def test_clocks_a_minute_apart(provider: Provider) -> None:
    console = provider.console()
    now = provider.now()
    for claims, status in (
        ({"iat": now + 50, "exp": now + 350}, 303),
        ({"iat": now - 350, "exp": now - 50}, 303),
        ({"iat": now + 300, "exp": now + 600}, 403),
        ({"iat": now - 600, "exp": now - 300}, 403),
    ):
        provider.claims = claims
        assert provider.sign_in(console.visitor()).status_code == status
