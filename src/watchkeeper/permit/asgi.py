"""For a tool server over HTTP: an ASGI middleware that demands a permit with each call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchkeeper.errors import PermitInvalid, RecordInvalid
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.permit import HEADER
from watchkeeper.permit.check import Permits

MAX_BODY_BYTES = 1 << 20
_MAX_DEPTH = 64
FREE = frozenset(
    {
        "initialize",
        "ping",
        "server/discover",
        "tools/list",
        "resources/list",
        "resources/templates/list",
        "resources/unsubscribe",
        "prompts/list",
        "logging/setLevel",
        "subscriptions/listen",
    }
)
"""What does nothing and tells nothing but what there is: it needs no permit."""
_NOTES = "notifications/"
_CLAIMS = "watchkeeper.permit"


class RequirePermit:
    """Lets a JSON-RPC message through only with a permit for exactly that message.

    Stands in front of everything that the app answers; `open_paths` are the exact paths that need
    no permit, such as a health page. The app gets the body that was looked at, and the permit's
    claims in `scope["watchkeeper.permit"]`. Put what checks the credential in front of it.
    """

    def __init__(self, app: ASGIApp, permits: Permits, *, open_paths: Collection[str] = ()) -> None:
        self._app, self._permits, self._open = app, permits, frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 without calling the app unless the permit holds (RFC 9457, 3)."""
        if scope["type"] == "websocket":
            # Nothing that comes by a socket is looked at, so nothing comes by one.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http" or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        if scope["method"] in {"GET", "HEAD", "DELETE", "OPTIONS"}:
            # The stream of what a server sends by itself, and the end of a session.
            await self._app(scope, receive, send)
            return
        try:
            body = await _body(receive)
            claims = await self._checked(scope, body)
        except PermitInvalid as error:
            await _refusal(error)(scope, receive, send)
            return
        await self._app({**scope, _CLAIMS: claims}, _again(body, receive), send)

    async def _checked(self, scope: Scope, body: bytes) -> Any:
        if scope["method"] != "POST":
            raise _unreadable("only POST carries a message")
        message = _message(body)
        method, params = message.get("method"), message.get("params", {})
        if "method" not in message or _is_free(message):
            return None
        if not isinstance(method, str) or not isinstance(params, dict):
            raise _unreadable("a method is a text and its params are an object")
        tokens = Headers(scope=scope).getlist(HEADER)
        if len(tokens) > 1:
            raise _unreadable("a call has one permit")
        token = tokens[0] if tokens else None
        # It waits for the disk: others go on meanwhile.
        return await anyio.to_thread.run_sync(self._permits.check_message, token, method, params)


def _message(body: bytes) -> dict[str, Any]:
    """Parse one message strictly: what two readers could read differently is refused."""
    try:
        message = parse_json(body, max_bytes=MAX_BODY_BYTES, max_depth=_MAX_DEPTH)
    except RecordInvalid as error:
        raise _unreadable(error.message) from None
    if not isinstance(message, dict):
        raise _unreadable("a batch, or no message at all")
    names = [*message, *(message["params"] if isinstance(message.get("params"), dict) else ())]
    if any(name != name.casefold() and name.casefold() in _KEYWORDS for name in names):
        raise _unreadable("a member that differs from a known one only in case")
    return message


_KEYWORDS = frozenset({"jsonrpc", "id", "method", "params", "result", "error", "name", "arguments"})


def _is_free(message: dict[str, Any]) -> bool:
    method = message["method"]
    if not isinstance(method, str):
        return False
    return method in FREE if "id" in message else method.startswith(_NOTES)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _unreadable("the message broke off")
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise _unreadable(f"a message may have {MAX_BODY_BYTES} bytes")
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the app the body that was looked at, and then whatever comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _unreadable(why: str) -> PermitInvalid:
    return PermitInvalid(why, reason="malformed", advice="send one JSON-RPC message by POST")


def _refusal(error: PermitInvalid) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": "a permit is required",
        "status": 403,
        "detail": error.message,
        "code": error.code,
        "reason": error.reason,
    }
    return JSONResponse(body, status_code=403, media_type="application/problem+json")
