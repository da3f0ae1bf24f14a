"""Requests that are not what they seem: methods, paths, headers, sizes."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tests.worlds.ways import API, Ways

METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "POSTX")
OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override")
TRICKS = (
    "//api/v1/commands",
    "/api/v1//commands",
    "/api/v1/./commands",
    "/api/v1/x/../commands",
    "/api/v1/%63ommands",
    "/api/v1/commands/",
    "/api/v1/commands;x=1",
    "/api/v1/commands%00",
    "/API/V1/COMMANDS",
    "/static/..%2fapi%2fv1%2fcommands",
    "/sign-in/../api/v1/commands",
    "/static/%2e%2e/%2e%2e/api/v1/commands",
)
FILES = (
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e%2f%2e%2e%2f__init__.py",
    "/static/..%5capp.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/",
    "/static",
    "/static/templates/layout.html.jinja",
)
SPOOFED: tuple[dict[str, str], ...] = (
    {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1"},
    {"x-remote-user": "ben", "remote-user": "ben", "x-forwarded-user": "ben"},
    {"x-original-url": f"{API}/me", "x-rewrite-url": f"{API}/me"},
    {"authorization": "Basic YmVuOmJlbg=="},
    {"authorization": "Bearer ben"},
    {"cookie": "wk=ben; session=ben; __Host-wk=ben"},
    {"x-forwarded-host": "localhost", "x-forwarded-proto": "https"},
)


@pytest.mark.parametrize("method", METHODS)
def test_no_other_method_says_what_was_signed(ways: Ways, method: str) -> None:
    ben, waiting = ways.person("ben"), ways.asks()
    said = ben.approval(waiting)
    headers = {"origin": ways.console.place, "x-csrf": ben.visitor.csrf}
    with ways.nothing_done():
        answer = ben.visitor.client.request(
            method, ways.console.place + f"{API}/commands", json=said, headers=headers
        )
        assert answer.status_code in {400, 405}
        assert ways.again(waiting).reason == "review-required"


@pytest.mark.parametrize("header", OVERRIDES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_header_makes_no_method_of_another(ways: Ways, header: str, method: str) -> None:
    ben, waiting = ways.person("ben"), ways.asks()
    said = ben.approval(waiting)
    other = "GET" if method == "POST" else "POST"
    url = ways.console.place + f"{API}/commands?_method={other}"
    with ways.nothing_done():
        # Without the page's token, as another site's form would send it.
        given = {header: other, "origin": ways.console.place}
        answer = ben.visitor.client.request(method, url, json=said, headers=given)
        assert answer.status_code in {403, 405}
        assert ways.again(waiting).reason == "review-required"


@pytest.mark.parametrize("path", TRICKS)
def test_no_spelling_of_a_path_goes_past_the_door(ways: Ways, path: str) -> None:
    """Without a session nothing is said; with one, but without its token, neither."""
    ben, waiting = ways.person("ben"), ways.asks()
    said = ben.approval(waiting)
    with ways.nothing_done():
        for client in (ways.world.client, ben.visitor.client):
            for headers in ({"origin": ways.console.place}, {"origin": "https://evil.example"}):
                answer = client.post(ways.console.place + path, json=said, headers=headers)
                assert answer.status_code in {400, 401, 403, 404, 405, 421}, headers
        assert ways.again(waiting).reason == "review-required"


@pytest.mark.parametrize("path", FILES)
def test_no_spelling_of_a_path_reads_a_file_that_is_not_to_be_served(ways: Ways, path: str) -> None:
    answer = ways.world.client.get(ways.console.place + path)
    assert answer.status_code in {303, 307, 401, 404, 405}
    assert "import" not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("headers", SPOOFED, ids=lambda one: next(iter(one)))
def test_no_header_signs_anybody_in(ways: Ways, headers: dict[str, str]) -> None:
    client = ways.world.client
    assert client.get(f"{ways.console.place}{API}/me", headers=headers).status_code == 401
    assert client.get(f"{ways.console.place}{API}/escalations", headers=headers).status_code == 401
    there = client.get(f"{ways.console.place}/", headers=headers)
    assert (there.status_code, there.headers["location"]) == (303, "/sign-in?next=%2F")


@pytest.mark.parametrize("host", ["localhost", "evil.example", "127.0.0.1", "", "localhost:1"])
def test_no_other_name_is_answered(ways: Ways, host: str) -> None:
    ben, waiting = ways.person("ben"), ways.asks()
    said = ben.approval(waiting)
    headers = {"host": host, "origin": ways.console.place, "x-csrf": ben.visitor.csrf}
    with ways.nothing_done():
        url = f"{ways.console.place}{API}/commands"
        assert ben.visitor.client.post(url, json=said, headers=headers).status_code == 421
        assert ways.again(waiting).reason == "review-required"


def _posted(ways: Ways, said: Any) -> int:
    ben = ways.person("ben")
    return ben.visitor.post(f"{API}/commands", said).status_code


_ODD: tuple[Any, ...] = (
    [],
    "approve",
    {"payload": 1},
    {"payload": "", "assertion": {}},
    {"payload": "e30=", "assertion": []},
    {"payload": "e30=", "assertion": {"id": None}},
    {"payload": "é", "assertion": {"id": "é"}},
    {"payload": {"$ne": 1}, "assertion": {"id": {"$ne": 1}}},
)


@pytest.mark.parametrize("odd", _ODD, ids=repr)
def test_what_is_no_command_is_refused_as_such(ways: Ways, odd: Any) -> None:
    with ways.nothing_done():
        assert _posted(ways, odd) == 422
        ben = ways.person("ben")
        assert ben.visitor.post(f"{API}/challenges", {"verb": odd, "body": odd}).status_code == 422


_LISTS: tuple[Any, ...] = (
    {},
    {"items": {}},
    {"items": [], "role": "lead"},
    {"items": ["x"], "role": "lead"},
    {"items": [{"handle": None}], "role": "lead"},
    {"items": [{"handle": "esc_x", "view": None}], "role": "lead"},
    {"items": [{}] * 51, "role": "lead"},
    {"items": [{}], "role": ["lead"]},
)


@pytest.mark.parametrize("body", _LISTS, ids=repr)
def test_what_is_no_list_is_refused_as_such(ways: Ways, body: Any) -> None:
    ben = ways.person("ben")
    with ways.nothing_done():
        asked = ben.asked("approve-list", body)
        if asked.status_code == 200:
            assert ben.posts(ben.signs("approve-list", body)).status_code == 422
        else:
            assert asked.status_code == 422


def test_nested_deep_or_large_a_body_is_refused_and_the_door_stays_open(ways: Ways) -> None:
    ben = ways.person("ben")
    headers = {
        "origin": ways.console.place,
        "x-csrf": ben.visitor.csrf,
        "content-type": "application/json",
    }
    url = f"{ways.console.place}{API}/commands"
    for body in (b"[" * 100_000, b'{"a":' * 50_000, b'{"a":1e999999}', b'{"a":1,"a":2}', b"\xff"):
        answer = ben.visitor.client.post(url, content=body, headers=headers)
        assert answer.status_code == 422, body[:20]
    with contextlib.suppress(Exception):
        large = ben.visitor.client.post(url, content=b" " * (2 << 20), headers=headers)
        assert large.status_code == 413
    assert ben.visitor.signed_in
