"""Runs the desk's tool server, over streamable HTTP on the loopback address or over stdio.

    python serve.py --database desk.db --seed 42001
    python serve.py --database desk.db --credential desk.token --port 0
    python serve.py --database desk.db --stdio

Over HTTP each request needs `Authorization: Bearer <credential>`, and the first line on stdout is
`{"port": ..., "url": ...}` once the port is open. With `--permits` nothing is done without a permit
of the gateway's either, so that the credential alone does nothing; which permits were used stands
beside the database, in `<database>.permits`.
"""

from __future__ import annotations

import argparse
import hmac
import json
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import uvicorn
from mcp.server.stdio import stdio_server
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from desk.seed import seed
from desk.service import Desk
from desk.store import Store
from watchkeeper.permit import (
    KeysFile,
    PermitInvalid,
    Permits,
    RequirePermit,
    UsedFile,
    require_permits,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_LOOPBACK = "127.0.0.1"
_PATH = "/mcp"
AUDIENCE = "desk"
"""Whom permits have to be for: what the tool file names."""
_LEAST_CREDENTIAL = 32


class RequireCredential:
    """Lets through only requests that carry the credential; compares in constant time."""

    def __init__(self, app: ASGIApp, credential: str) -> None:
        self._app = app
        self._expected = f"Bearer {credential}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 without calling the app unless the credential is right (RFC 6750, 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("authorization", "")
        if hmac.compare_digest(given.encode(), self._expected):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse(
            "a bearer credential is required", 401, {"WWW-Authenticate": "Bearer"}
        )
        await refusal(scope, receive, send)


def read_credential(path: Path) -> str:
    """Return the credential that stands in a file.

    Raises:
        ValueError: it is shorter than 32 characters, or not printable ASCII.
    """
    credential = path.read_text("utf-8").strip()
    if len(credential) < _LEAST_CREDENTIAL or not credential.isascii():
        raise ValueError(f"the credential in `{path}` needs 32 or more ASCII characters")
    return credential


def permits_of(database: Path, keys: Path) -> Permits:
    """Return what checks permits for this desk by the gateway's published keys.

    Raises:
        PermitInvalid: it can not be kept which were used.
    """
    used = UsedFile(database.with_name(f"{database.name}.permits"))
    # Gateway and desk share one machine, and so one clock.
    return Permits(KeysFile(keys), AUDIENCE, used, leeway=1.0)


async def serve_http(desk: Desk, credential: str, port: int, permits: Permits | None) -> None:
    """Serve until the process is told to stop; announces the port on stdout."""
    server = desk.server()
    app: ASGIApp = server.streamable_http_app(host=_LOOPBACK, streamable_http_path=_PATH)
    if permits is not None:
        app = RequirePermit(app, permits)
    config = uvicorn.Config(
        RequireCredential(app, credential),
        log_level="warning",
        timeout_graceful_shutdown=1,
        lifespan="on",
    )
    # Without the protocol named, asyncio would not switch Nagle's delay off: 40 ms on each call.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_LOOPBACK, port))
        listener.listen(128)
        chosen = listener.getsockname()[1]
        url = f"http://{_LOOPBACK}:{chosen}{_PATH}"
        print(json.dumps({"port": chosen, "url": url}), flush=True)
        await uvicorn.Server(config).serve(sockets=[listener])


async def serve_stdio(desk: Desk, permits: Permits | None) -> None:
    """Serve the one client at the other end of stdin and stdout, until it goes."""
    server = desk.server()
    if permits is not None:
        require_permits(server, permits)
    async with stdio_server() as (reader, writer):
        await server.run(reader, writer, server.create_initialization_options())


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns its exit code, 2 where it could not run."""
    options = _options().parse_args(argv)
    try:
        if options.seed is not None:
            seed(options.database, options.seed)
            return 0
        store = Store.open(options.database)
        credential = None if options.stdio else read_credential(options.credential)
        keys = options.permits
        permits = None if keys is None else permits_of(options.database, keys)
    except (OSError, ValueError, PermitInvalid) as error:
        print(f"refund desk: {error}", file=sys.stderr)
        return 2
    desk = Desk(store, options.refund_delay_ms / 1000, options.drift_file, options.slow_file)
    try:
        if credential is None:
            anyio.run(serve_stdio, desk, permits)
        else:
            anyio.run(serve_http, desk, credential, options.port, permits)
    except KeyboardInterrupt:
        return 0
    finally:
        store.close()
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="refund-desk", description=__doc__.splitlines()[0])
    parser.add_argument("--database", type=Path, required=True, help="the SQLite file")
    doing = parser.add_mutually_exclusive_group(required=True)
    doing.add_argument("--seed", type=int, help="make the database from this seed and end")
    doing.add_argument("--stdio", action="store_true", help="serve on stdin and stdout")
    doing.add_argument(
        "--credential", type=Path, help="serve over HTTP, with the credential in this file"
    )
    parser.add_argument(
        "--permits", type=Path, help="demand permits, by the keys in this file of the gateway's"
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--refund-delay-ms", type=int, default=0, help="slows each refund down")
    parser.add_argument(
        "--slow-file", type=Path, help="while it exists, refunds take the milliseconds in it"
    )
    parser.add_argument(
        "--drift-file", type=Path, help="while it exists, send_message is described differently"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
