"""Every answer of the console carries the security headers, whatever went wrong on the way."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from watchkeeper.console.headers import SECURITY, SecurityHeaders


def _fails(_: Request) -> PlainTextResponse:
    raise ValueError("on the way")


def _loose(_: Request) -> PlainTextResponse:
    return PlainTextResponse("", headers={"content-security-policy": "default-src *"})


def _app(*, https: bool) -> ASGIApp:
    routes = [Route("/fails", _fails), Route("/loose", _loose)]
    return SecurityHeaders(Starlette(routes=routes), https=https)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/fails", "GET", 500),
        ("/none", "GET", 404),
        ("/loose", "POST", 405),
        ("/loose", "GET", 200),
    ],
)
def test_every_answer_has_them(path: str, method: str, status: int) -> None:
    with TestClient(_app(https=False), raise_server_exceptions=False) as client:
        answer = client.request(method, path)
    assert answer.status_code == status
    for name, value in SECURITY.items():
        assert answer.headers.get_list(name) == [value]
    assert "strict-transport-security" not in answer.headers


def test_a_console_by_https_stays_with_it() -> None:
    with TestClient(_app(https=True)) as client:
        answer = client.get("/none")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_no_script_but_our_own_files() -> None:
    policy = SECURITY["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
