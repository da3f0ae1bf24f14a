"""Headers that every answer of the console carries, whatever went wrong on the way."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
"""Nothing but what the console itself serves, and nobody may frame it (W3C CSP level 3)."""
SECURITY = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: browsers then send `Origin: null` with our own forms (Fetch, 3.1).
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
ONLY_HTTPS = "max-age=31536000"


class SecurityHeaders:
    """An ASGI application with the security headers on every answer; `https` adds HSTS."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        hsts = {"strict-transport-security": ONLY_HTTPS} if https else {}
        self._headers = {**SECURITY, **hsts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, with_headers)
