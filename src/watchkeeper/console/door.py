"""What every request to the console has to pass: its host, its origin, its session and token."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchkeeper.console.security.answers import problem
from watchkeeper.console.signin.session import Session, Sessions

MOST_BYTES = 1 << 20
CSRF_HEADER, CSRF_FIELD = "x-csrf", "csrf"
_READING = frozenset({"GET", "HEAD"})
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_MOST_FIELDS = 50
_READS = "who signed in by an account elsewhere reads, and says nothing"
_OF_READERS = frozenset(
    {
        "/sign-out",
        "/api/v1/sign-out",
        "/api/v1/sign-in/passkey/options",
        "/api/v1/sign-in/passkey",
        "/sign-in/code",
        "/api/v1/sign-in/code",
    }
)
"""All that somebody may post who signed in to read: to sign out, and to sign in properly."""


class Door:
    """An ASGI application behind the console's own place and the sessions of its people.

    A request for another host is answered by nobody: a name that was bound to our address later
    reaches no page (DNS rebinding). Whatever is no mere reading has to come from a page of ours
    (`Origin`, and `Sec-Fetch-Site` where it is sent) and, in a session, carry its token.
    """

    def __init__(self, app: ASGIApp, place: str, sessions: Sessions) -> None:
        self._app, self._place, self._sessions = app, place, sessions
        self._host = place.partition("://")[2]
        self.cookie = cookie_name(place)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope, receive)
        token = request.cookies.get(self.cookie, "")
        session = self._sessions.find(token) if token else None
        scope["state"] = {**scope.get("state", {}), "session": session, "token": token, "form": {}}
        refused = self._stranger(request)
        if refused is None and request.method not in _READING:
            refused, receive = await self._posted(request, session)
        await (refused or self._app)(scope, receive, send)

    def _stranger(self, request: Request) -> Response | None:
        if request.headers.get("host", "").lower() != self._host:
            return problem(421, "another-place", f"this console is at {self._place}")
        if request.method in _READING:
            return None
        if request.headers.get("origin") != self._place:
            return problem(403, "another-origin", "only pages of this console may ask for this")
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return problem(403, "another-origin", "only pages of this console may ask for this")
        return None

    async def _posted(
        self, request: Request, session: Session | None
    ) -> tuple[Response | None, Receive]:
        """Look at a body before anything else does; returns a refusal, and the body again."""
        length = request.headers.get("content-length", "")
        if not length.isascii() or not length.isdecimal() or int(length) > MOST_BYTES:
            return problem(413, "too-large", "a body without its length, or over 1 MiB"), _nothing
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == _FORM:
            request.state.form = _form(body)
            given = request.state.form.get(CSRF_FIELD, "")
        elif kind == _JSON:
            given = request.headers.get(CSRF_HEADER, "")
        else:
            return problem(415, "another-type", f"a body is {_JSON} or a form"), _nothing
        if session is not None and not hmac.compare_digest(given.encode(), session.csrf.encode()):
            return problem(403, "another-session", "the page is of another session"), _nothing
        if session is not None and session.reads_only and request.url.path not in _OF_READERS:
            return problem(403, "reads-only", _READS, "sign in with a passkey"), _nothing
        return None, _again(body)


def cookie_name(place: str) -> str:
    """Return the name of the session's cookie.

    By HTTPS with the prefix that keeps others of the same domain from setting it (RFC 6265bis,
    4.1.3.2); on this machine with the port, since cookies do not tell ports apart.
    """
    if place.startswith("https://"):
        return "__Host-wk"
    return f"wk-{place.rpartition(':')[2]}"


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def _again(body: bytes) -> Receive:
    """Return what gives a body that was read once more."""
    left = [body]

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    return receive


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
