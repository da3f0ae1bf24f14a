"""The console's ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.types import ASGIApp

from watchkeeper.console.headers import SecurityHeaders
from watchkeeper.loop.surface import Surface


def make_app(surface: Surface) -> ASGIApp:
    """Return the pages over a home that is served."""
    https = (surface.urls.console or "").startswith("https:")
    return SecurityHeaders(Starlette(), https=https)
