"""An answer of another provider, or metadata that is another's, signs nobody in (RFC 9207)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.openid import CLIENT, Provider, open_provider


def test_an_answer_that_names_another_provider(provider: Provider) -> None:
    visitor = provider.console().visitor()
    found = provider.sign_in(visitor, iss="https://evil.example")
    assert found.status_code == 403
    assert not any(path == "/token" for path, _, _ in provider.asked), "the code went nowhere"


def test_an_answer_that_names_none_where_each_would(provider: Provider) -> None:
    visitor = provider.console().visitor()
    sent = provider.leave(visitor)
    found = provider.come_back(visitor, code=provider.code(sent), state=sent["state"])
    assert found.status_code == 403


def test_an_answer_that_names_none_where_none_would(provider: Provider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": False}
    visitor = provider.console().visitor()
    sent = provider.leave(visitor)
    found = provider.come_back(visitor, code=provider.code(sent), state=sent["state"])
    assert found.status_code == 303


@pytest.mark.parametrize("issuer", ["https://evil.example", "{}/", "{}/realm", "{}#a", ""])
def test_a_token_of_another_issuer(provider: Provider, issuer: str) -> None:
    """Equal to the last character: a slash more is another provider."""
    provider.claims = {"iss": issuer.format(provider.issuer)}
    assert provider.sign_in(provider.console().visitor()).status_code == 403


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "https://user@evil.example/token"},
        {"jwks_uri": "http://192.0.2.1/jwks"},
        {"jwks_uri": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://[evil"},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    ],
    ids=str,
)
def test_metadata_that_leads_elsewhere(provider: Provider, metadata: dict[str, Any]) -> None:
    provider.metadata = metadata
    visitor = provider.console().visitor()
    found = visitor.get("/sign-in/openid")
    assert found.status_code == 502
    assert "provider of sign-ins" in found.text


def test_a_token_of_another_provider_in_place_of_the_own(provider: Provider) -> None:
    """Eve runs a provider too, at which the client and the account are called the same."""
    with open_provider() as other:
        other.now = provider.now
        visitor = provider.console().visitor()
        provider.make = lambda _, claims: other.id_token({**claims, "code_challenge": ""})
        assert provider.sign_in(visitor).status_code == 403
    assert CLIENT in provider.openid.client


def test_a_plan_that_names_another_provider_meanwhile(provider: Provider) -> None:
    console = provider.console()
    visitor, later = console.visitor(), console.visitor()
    sent = provider.leave(visitor)
    assert provider.sign_in(later).status_code == 303
    assert later.signed_in
    console.bank.release(provider.without(console))
    answer = {"code": provider.code(sent), "state": sent["state"], "iss": provider.issuer}
    assert provider.come_back(visitor, **answer).status_code == 403
    assert not later.signed_in, "who signed in by it is out at once"
    assert visitor.get("/sign-in/openid").status_code == 403
