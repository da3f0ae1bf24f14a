"""Another site has the browser of somebody who is signed in ask the console for something."""

from __future__ import annotations

import pytest

from tests.worlds.console import InsideConsole, Visitor


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return InsideConsole().come_in("ben")[0]


def _form(visitor: Visitor, headers: dict[str, str], csrf: str) -> int:
    answer = visitor.client.post(visitor.place + "/sign-out", data={"csrf": csrf}, headers=headers)
    return int(answer.status_code)


STRANGE = [
    {},
    {"origin": "null"},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost:8933"},
    {"origin": "http://localhost:8932.evil.example"},
    {"origin": "http://localhost:8932", "sec-fetch-site": "cross-site"},
    {"origin": "http://localhost:8932", "sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", STRANGE, ids=str)
def test_from_another_origin(visitor: Visitor, headers: dict[str, str]) -> None:
    assert _form(visitor, headers, visitor.csrf) == 403
    assert visitor.signed_in


@pytest.mark.parametrize("csrf", ["", "x", "A" * 43])
def test_without_the_sessions_token(visitor: Visitor, csrf: str) -> None:
    assert _form(visitor, {"origin": visitor.place}, csrf) == 403
    headers = {"origin": visitor.place, "x-csrf": csrf}
    answer = visitor.client.post(visitor.place + "/api/v1/sign-out", json={}, headers=headers)
    assert answer.status_code == 403
    assert visitor.signed_in


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_as_a_form_that_needs_no_leave(visitor: Visitor, kind: str) -> None:
    headers = {"origin": visitor.place, "content-type": kind, "x-csrf": visitor.csrf}
    answer = visitor.client.post(visitor.place + "/api/v1/sign-out", content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert visitor.signed_in


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/sign-out", "/api/v1/sign-out", "/api/v1/passkeys"])
def test_by_following_a_link(visitor: Visitor, method: str, path: str) -> None:
    answer = visitor.client.request(method, visitor.place + path)
    assert answer.status_code == 405
    assert visitor.signed_in


@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override"])
def test_by_a_reading_that_says_it_is_none(visitor: Visitor, header: str) -> None:
    answer = visitor.client.get(visitor.place + "/sign-out?_method=POST", headers={header: "POST"})
    assert answer.status_code == 405
    assert visitor.signed_in


def test_a_body_over_the_limit_or_of_no_known_length(visitor: Visitor) -> None:
    headers = {"origin": visitor.place, "x-csrf": visitor.csrf, "content-type": "application/json"}
    url = visitor.place + "/api/v1/sign-out"
    large = visitor.client.post(url, content=b" " * (1 << 20) + b"{}", headers=headers)
    assert large.status_code == 413
    chunked = visitor.client.post(url, content=iter([b"{}"]), headers=headers)
    assert chunked.status_code == 413
    assert visitor.signed_in


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8932", "localhost", "localhost:8933"])
def test_a_name_that_was_bound_to_our_address(visitor: Visitor, host: str) -> None:
    for path in ("/me", "/sign-in", "/static/passkey.js", "/api/v1/me"):
        answer = visitor.client.get(visitor.place + path, headers={"host": host})
        assert answer.status_code == 421
        assert "ben" not in answer.text
