"""The console's ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from watchkeeper import wiring
from watchkeeper.console.door import Door, cookie_name
from watchkeeper.console.headers import SecurityHeaders
from watchkeeper.console.pages import page_routes
from watchkeeper.console.pages.nowhere import not_served
from watchkeeper.console.security.limits import Tries
from watchkeeper.console.signin.api import SignInApi
from watchkeeper.console.signin.ceremony import Ceremonies
from watchkeeper.console.signin.desk import BACK, Desk, session_of, token_of
from watchkeeper.console.signin.openid.pages import OpenIdPages
from watchkeeper.console.signin.pages import SignInPages
from watchkeeper.console.signin.session import Sessions
from watchkeeper.ledger.assertion import DEFAULT_CONSOLE
from watchkeeper.loop.surface import Surface
from watchkeeper.ports.people import IdentityProvider
from watchkeeper.records.plan.people import OpenId

API = "/api/v1"


def make_app(surface: Surface) -> ASGIApp:
    """Return the pages over a home that is served."""
    place = surface.urls.console or DEFAULT_CONSOLE
    home = surface.kernel.home
    home.codes.place = place
    sessions = Sessions(
        home.clock,
        home.ids,
        lambda: home.state.authority,
        lambda: home.enforcer.bundle,
    )
    desk = Desk(
        surface=surface,
        sessions=sessions,
        ceremonies=Ceremonies(home.clock, home.ids),
        tries=Tries(home.clock),
        place=place,
        cookie=cookie_name(place),
    )

    def provider(openid: OpenId) -> IdentityProvider:
        return wiring.identity_provider(openid, place + BACK, surface.path, home.clock)

    routes = [
        *SignInApi(desk).routes(API),
        *SignInPages(desk).routes(),
        *OpenIdPages(desk, provider).routes(),
        Mount("/static", StaticFiles(packages=[("watchkeeper.console", "static")])),
        *page_routes(surface, session_of, lambda request: sessions.counts(token_of(request))),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: not_served})
    app.router.redirect_slashes = False  # one page, one path
    door = Door(app, place, sessions)
    return SecurityHeaders(door, https=place.startswith("https:"))
