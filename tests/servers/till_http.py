"""The till over HTTP, which does nothing without a permit; what came stands in a file.

    python tests/servers/till_http.py FOLDER KEYS PORT

Demands `Authorization: Bearer credential-of-the-till`, and permits for the audience `till` by the
keys in KEYS. `FOLDER/wire` gets one JSON line for each request that came, as a thief on the wire
would read it; which permits were used stands in `FOLDER/used`. Prints the port it took.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from till import answer

from watchkeeper.permit import KeysFile, Permits, RequirePermit, UsedFile

CREDENTIAL = "credential-of-the-till"


class Tap:
    """Writes down each request, then demands the credential."""

    def __init__(self, app: ASGIApp, wire: Path) -> None:
        self._app, self._wire = app, wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        with self._wire.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"headers": headers, "body": body.decode()}) + "\n")
        if headers.get("authorization") != f"Bearer {CREDENTIAL}":
            await Response(status_code=401)(scope, receive, send)
            return

        async def again() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)


def main() -> None:
    """Serve until ended."""
    folder, keys = Path(sys.argv[1]), Path(sys.argv[2])

    async def mcp(request: Request) -> Response:
        message = json.loads(await request.body())
        if "id" not in message:
            return Response(status_code=202)
        said = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            result = answer(folder, message["method"], message.get("params") or {})
        except LookupError:
            return JSONResponse({**said, "error": {"code": -32601, "message": "no"}})
        return JSONResponse({**said, "result": result})

    used = UsedFile(folder / "used")
    permits = Permits(KeysFile(keys), "till", used, leeway=1.0)
    app = RequirePermit(Starlette(routes=[Route("/mcp", mcp, methods=["POST"])]), permits)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(sys.argv[3])))
        listener.listen(64)
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        config = uvicorn.Config(Tap(app, folder / "wire"), log_level="warning", lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
