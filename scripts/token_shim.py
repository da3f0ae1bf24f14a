"""A proxy that adds a bearer token to each request, for clients that can not carry one.

Only for tests: it listens on the loopback address, and everything else passes through it as it
came, byte for byte and as it streams: Host, Origin, and all other headers in both directions.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Final

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

_CONNECTION_ONLY: Final = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"te"})
_METHODS: Final = ["GET", "POST", "DELETE", "OPTIONS", "PUT", "PATCH", "HEAD"]
_START_SECONDS: Final = 10.0


class Shim:
    """The proxy's one handler: `origin` is the gateway's scheme, host and port."""

    def __init__(self, origin: str, token: str) -> None:
        self._origin = origin
        self._token = token.encode()
        self._client = httpx2.AsyncClient(timeout=httpx2.Timeout(60.0, read=None))

    async def relay(self, request: Request) -> StreamingResponse:
        """Send the request on with the token, and stream the answer back."""
        kept = [
            (name, value)
            for name, value in request.headers.raw
            if name not in _CONNECTION_ONLY and name not in {b"authorization", b"content-length"}
        ]
        url = self._origin + request.url.path
        onward = self._client.build_request(
            request.method,
            url + (f"?{request.url.query}" if request.url.query else ""),
            headers=[*kept, (b"authorization", b"Bearer " + self._token)],
            content=await request.body(),
        )
        answer = await self._client.send(onward, stream=True)
        back = StreamingResponse(self._body(answer), status_code=answer.status_code)
        back.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower() not in _CONNECTION_ONLY
        ]
        return back

    async def _body(self, answer: httpx2.Response) -> AsyncIterator[bytes]:
        """Yield the body as it comes; an upstream that goes away ends the stream."""
        try:
            with contextlib.suppress(httpx2.TransportError):
                async for part in answer.aiter_raw():
                    yield part
        finally:
            await answer.aclose()


def bound() -> socket.socket:
    """Return a socket bound to a free port of the loopback address, for a proxy to come."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


@contextlib.contextmanager
def shim(origin: str, token: str, listener: socket.socket | None = None) -> Iterator[str]:
    """Run the proxy in a thread and yield its origin, `http://localhost:PORT`.

    `listener` is its socket if its port had to be known before `origin`; closed at the end.

    Raises:
        TimeoutError: it did not start.
    """
    app = Starlette(routes=[Route("/{path:path}", Shim(origin, token).relay, methods=_METHODS)])
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, server_header=False)
    )
    with listener or bound() as own:
        own.listen(128)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [own]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the token shim did not start")
            time.sleep(0.02)
        try:
            yield f"http://localhost:{own.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)
