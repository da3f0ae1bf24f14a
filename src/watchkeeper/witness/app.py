"""The witness over HTTP (C2SP tlog-witness v1.0.0)."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from watchkeeper.ledger.witness.message import ADD_CHECKPOINT, MAX_REQUEST_BYTES
from watchkeeper.witness.desk import TEXT, UNAVAILABLE, Desk

BODY_SECONDS = 10.0
MAX_AT_WORK = 32


def make_app(desk: Desk) -> Starlette:
    """Return the ASGI application of a witness."""
    door = Door(desk)
    return Starlette(
        routes=[
            Route("/healthz", door.health, methods=["GET"]),
            Route(f"/{ADD_CHECKPOINT}", door.add_checkpoint, methods=["POST"]),
            Route("/{digest}/checkpoint", door.latest, methods=["GET"]),
        ]
    )


class Door:
    """Takes requests in, within bounds of size, time and number."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._at_work = 0

    async def health(self, _: Request) -> Response:
        """Say that the witness runs, and which one it is."""
        return Response(f"{self._desk.vkey}\n", media_type=TEXT)

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a checkpoint, or say why not."""
        if self._at_work >= MAX_AT_WORK:
            return Response("too many requests at the same time\n", UNAVAILABLE, media_type=TEXT)
        self._at_work += 1
        try:
            return await self._answered(request)
        finally:
            self._at_work -= 1

    async def latest(self, request: Request) -> Response:
        """Hand out what was cosigned last of one log."""
        raw = await asyncio.to_thread(self._desk.latest, request.path_params["digest"])
        if raw is None:
            return Response("nothing was cosigned\n", 404, media_type=TEXT)
        return Response(raw, media_type=TEXT)

    async def _answered(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return Response("the request came too slowly\n", 408, media_type=TEXT)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response("the request is too large\n", 413, media_type=TEXT)
        reply = await asyncio.to_thread(self._desk.add_checkpoint, body)
        return Response(reply.body, reply.status, {"content-type": reply.content_type})


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return None
    return bytes(body)
