"""The way to a provider of sign-ins, and back: two addresses, and a page where it did not hold."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from watchkeeper.console.security.answers import status_of
from watchkeeper.console.signin.desk import BACK, Desk, address_of, session_of, token_of
from watchkeeper.console.signin.openid.abroad import Abroad, Providers
from watchkeeper.console.signin.pages import door_page, local_path
from watchkeeper.errors import SignInRefused, WatchkeeperError

_KEPT_SECONDS = 600
_MOST_QUERY = 8_192


class OpenIdPages:
    """The addresses `/sign-in/openid` and `/sign-in/openid/back`."""

    def __init__(self, desk: Desk, providers: Providers) -> None:
        self._desk, self._abroad = desk, Abroad(desk, providers)

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/sign-in/openid", self._leave, methods=["GET"]),
            Route(BACK, self._come_back, methods=["GET"]),
        ]

    async def _leave(self, request: Request) -> Response:
        after = local_path(request.query_params.get("next"))
        if session_of(request) is not None:
            return RedirectResponse(after, 303)
        try:
            url, browser = await self._abroad.leave(address_of(request), after)
        except WatchkeeperError as error:
            return _refused(error)
        response = RedirectResponse(url, 303)
        response.set_cookie(
            self._abroad.cookie,
            browser,
            max_age=_KEPT_SECONDS,
            path="/",
            secure=self._desk.place.startswith("https://"),
            httponly=True,
            samesite="lax",  # what the provider sends back comes from its own site
        )
        return response

    async def _come_back(self, request: Request) -> Response:
        browser = request.cookies.get(self._abroad.cookie, "")
        try:
            answer = _answer(request)
            token, after = await self._abroad.come_back(address_of(request), browser, answer)
        except WatchkeeperError as error:
            response = _refused(error)
        else:
            self._desk.sessions.end(token_of(request))
            response = self._desk.let_in(RedirectResponse(after, 303), token)
        response.delete_cookie(
            self._abroad.cookie,
            secure=self._desk.place.startswith("https://"),
            httponly=True,
            samesite="lax",
        )
        return response


def _answer(request: Request) -> dict[str, str]:
    """Return what the browser brought back; where something stands twice, nothing is believed.

    Raises:
        SignInRefused: something does, or it is too much.
    """
    given = request.query_params.multi_items()
    if len(given) != len(dict(given)) or len(request.url.query) > _MOST_QUERY:
        raise SignInRefused("that is no answer of a provider")
    return dict(given)


def _refused(error: WatchkeeperError) -> Response:
    said = f"{error.message}; {error.advice}" if error.advice else error.message
    return door_page("sign_in_refused.html.jinja", status_of(error), problem=said)
