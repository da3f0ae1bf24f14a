"""A provider that is down, slow or talks nonsense: a plain page, nothing that hangs or leaks."""

from __future__ import annotations

import base64
import logging
import time

import pytest

from tests.worlds.console import InsideConsole
from tests.worlds.openid import CLIENT, SECRET, Provider
from watchkeeper.adapters.openid import line


@pytest.fixture
def console(provider: Provider) -> InsideConsole:
    return provider.console()


def test_a_provider_that_is_down(provider: Provider, console: InsideConsole) -> None:
    provider.issuer = "http://localhost:1"
    found = provider.console().visitor().get("/sign-in/openid")
    assert found.status_code == 502
    assert "can not be reached" in found.text
    assert 'href="/sign-in"' in found.text


def test_a_provider_that_is_slow(
    provider: Provider, console: InsideConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "SECONDS", 0.3)
    provider.delay = 30
    began = time.monotonic()
    found = console.visitor().get("/sign-in/openid")
    assert (found.status_code, "takes too long" in found.text) == (502, True)
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/token", (500, {}, b"<html>")),
        ("/token", (200, {}, b"[]")),
        ("/token", (200, {}, b'{"access_token":"a","token_type":"Bearer"}')),
        ("/token", (400, {}, b'{"error":"invalid_client","error_description":"s"}')),
        ("/token", (200, {}, b'{"id_token":"' + b"a" * 300_000 + b'"}')),
        ("/jwks", (404, {}, b"")),
        ("/jwks", (200, {}, b"\xff")),
        ("/jwks", (200, {}, b'{"keys":{}}')),
        ("/jwks", (200, {}, b'{"keys":[7,{"kty":"EC","kid":"one"}]}')),
        ("/.well-known/openid-configuration", (200, {}, b"{")),
        ("/.well-known/openid-configuration", (200, {}, b"[" * 200_000)),
        ("/.well-known/openid-configuration", (302, {"location": "/jwks"}, b"")),
        ("/.well-known/openid-configuration", (200, {"content-length": "9000000"}, b"x" * 9000000)),
    ],
)
def test_a_provider_that_talks_nonsense(
    provider: Provider, console: InsideConsole, path: str, answer: tuple[int, dict[str, str], bytes]
) -> None:
    provider.answers[path] = answer
    visitor = console.visitor()
    found = visitor.get("/sign-in/openid")
    if found.status_code == 303:
        found = provider.sign_in(visitor)
    assert found.status_code in {403, 502}
    assert "Not signed in" in found.text
    assert not visitor.signed_in


def test_who_says_no_there(provider: Provider, console: InsideConsole) -> None:
    visitor = console.visitor()
    sent = provider.leave(visitor)
    found = provider.come_back(
        visitor, error="access_denied<b>", state=sent["state"], iss=provider.issuer
    )
    assert found.status_code == 403
    assert "access_denied&lt;b&gt;" in found.text


def test_the_secret_goes_to_the_provider_alone(
    provider: Provider, console: InsideConsole, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = console.visitor()
    found = provider.sign_in(visitor)
    [(_, headers, form)] = [one for one in provider.asked if one[0] == "/token"]
    basic = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert basic == f"{CLIENT}:s3cr%3Aet+of%2Bthe+client"
    assert "client_secret" not in form
    text = found.text + str(found.headers) + visitor.get("/me").text + visitor.get("/sign-in").text
    told = caplog.text
    for secret in (SECRET, base64.b64encode(SECRET.encode()).decode(), "s3cr%3Aet"):
        assert secret not in text
        assert secret not in told
    assert not any(SECRET in str(entry) for entry in console.bank.entries())


def test_a_secret_that_can_not_be_read(
    provider: Provider, console: InsideConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENID_SECRET")
    found = provider.sign_in(console.visitor())
    assert found.status_code == 502
    assert "OPENID_SECRET" not in found.text


def test_a_provider_that_takes_the_secret_in_the_form_alone(
    provider: Provider, console: InsideConsole
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert provider.sign_in(console.visitor()).status_code == 303
    [(_, headers, form)] = [one for one in provider.asked if one[0] == "/token"]
    assert "Authorization" not in headers
    assert form["client_secret"] == SECRET


def test_a_provider_that_takes_no_secret_that_we_have(
    provider: Provider, console: InsideConsole
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    assert provider.sign_in(console.visitor()).status_code == 502
