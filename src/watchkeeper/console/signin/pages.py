"""The pages of signing in: what can be done without a script is, and what can not says so."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from watchkeeper.console.security.answers import status_of
from watchkeeper.console.signin.desk import Desk, address_of, session_of, token_of
from watchkeeper.console.signin.me import me_json
from watchkeeper.errors import WatchkeeperError

_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1000}")


class SignInPages:
    """The pages at `/sign-in`, `/sign-in/code`, `/sign-out` and `/me`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/sign-in", self._sign_in, methods=["GET"]),
            Route("/sign-in/code", self._code, methods=["GET", "POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            Route("/me", self._me, methods=["GET"]),
        ]

    async def _sign_in(self, request: Request) -> Response:
        after = local_path(request.query_params.get("next"))
        session = session_of(request)
        if session is not None and not (session.reads_only and "passkey" in request.query_params):
            return RedirectResponse("/me" if session.may_only_enrol else after, 303)
        openid = self._desk.openid
        return door_page(
            "sign_in.html.jinja",
            after=after,
            elsewhere=self._desk.elsewhere,
            provider=urlsplit(openid.issuer).netloc if openid and session is None else None,
            csrf=session.csrf if session else "",
        )

    async def _code(self, request: Request) -> Response:
        session, page = session_of(request), "sign_in_code.html.jinja"
        csrf = session.csrf if session else ""
        if request.method != "POST":
            return door_page(page, problem=None, csrf=csrf)
        try:
            text = request.state.form.get("code", "")
            token = self._desk.by_code(address_of(request), text)
        except WatchkeeperError as error:
            return door_page(page, status_of(error), problem=str(error), csrf=csrf)
        self._desk.sessions.end(token_of(request))
        return self._desk.let_in(RedirectResponse("/me", 303), token)

    async def _sign_out(self, request: Request) -> Response:
        self._desk.sessions.end(token_of(request))
        return self._desk.let_out(RedirectResponse("/sign-in", 303))

    async def _me(self, request: Request) -> Response:
        session = session_of(request)
        if session is None:
            return RedirectResponse("/sign-in?next=/me", 303)
        me = me_json(self._desk, session)
        return door_page("me.html.jinja", me=me, csrf=session.csrf, elsewhere=self._desk.elsewhere)


def local_path(named: str | None) -> str:
    """Return a path of this console to go to after a sign-in: nowhere else, whatever was asked."""
    return named if named is not None and _LOCAL.fullmatch(named) else "/"


def door_page(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page before the door."""
    return HTMLResponse(_templates().get_template(template).render(**values), status)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("watchkeeper.console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
