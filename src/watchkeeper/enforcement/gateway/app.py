"""The HTTP door: MCP streamable HTTP for agents, and the gateway's own health."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.gateway import methods
from watchkeeper.enforcement.gateway.access import Places, agent_of
from watchkeeper.enforcement.gateway.answers import refusal_body
from watchkeeper.enforcement.gateway.gateway import Door, Gateway
from watchkeeper.enforcement.gateway.relay import Out
from watchkeeper.enforcement.gateway.rpc import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    MAX_BODY_BYTES,
    PARSE_ERROR,
    Message,
    Shape,
    parse_message,
    render_error,
)
from watchkeeper.enforcement.gateway.sessions import Session
from watchkeeper.enforcement.release import settled
from watchkeeper.enforcement.upstream.sse import render_event
from watchkeeper.errors import RecordInvalid, UpstreamFailed
from watchkeeper.loop.steps import Admitted, Refused

_SESSION = "mcp-session-id"
_JSON = "application/json"
_SSE_HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated agent at the door to one tool server."""

    agent: str
    door: Door
    headers: Mapping[str, str]


def make_app(gateway: Gateway, places: Places) -> Starlette:
    """Return the ASGI application of a gateway."""
    doors = McpDoor(gateway, places)

    async def health(_: Request) -> Response:
        found = gateway.health()
        return JSONResponse(found, status_code=200 if found["ok"] else 503)

    return Starlette(
        routes=[
            Route("/healthz", health, methods=["GET"]),
            Route("/mcp", doors.answer, methods=["GET", "POST", "DELETE"]),
            Route("/mcp/{server}", doors.answer, methods=["GET", "POST", "DELETE"]),
        ]
    )


class McpDoor:
    """Answers agents' HTTP requests."""

    def __init__(self, gateway: Gateway, places: Places) -> None:
        self._gateway, self._places = gateway, places

    async def answer(self, request: Request) -> Response:
        """Answer one request of an agent, or of somebody who is none."""
        if not self._places.host_is_ours(request.headers):
            return _plain(421, "not the host of this gateway")
        if not self._places.origin_is_ours(request.headers):
            return _plain(403, "not from this origin")
        agent = agent_of(self._gateway.kernel.home.state, request.headers)
        if agent is None:
            self._gateway.unauthenticated += 1
            return _plain(401, "a bearer token is needed", {"www-authenticate": "Bearer"})
        door = self._door(agent, request.path_params.get("server"))
        if door is None:
            return _plain(404, "no such tool server")
        caller = Caller(agent, door, request.headers)
        if request.method == "POST":
            return await self._post(caller, request)
        session = self._session(caller)
        if session is None:
            return _plain(404 if _SESSION in request.headers else 405, "no such session")
        if request.method == "DELETE":
            status = await session.channel.end(session.headers(request.headers))
            self._gateway.sessions.drop(session)
            return Response(status_code=status)
        finish = door.calls.finish
        return await _respond(door.relay.listen(session, request.headers, finish), session)

    def _door(self, agent: str, named: str | None) -> Door | None:
        """Return the door to a server of the agent's own system; without a name, the only one."""
        system = self._gateway.kernel.home.enforcer.system_of(agent)
        servers = system.servers if system is not None else ()
        if named is None:
            named = servers[0] if len(servers) == 1 else ""
        return self._gateway.door(named) if named in servers else None

    def _session(self, caller: Caller) -> Session | None:
        session_id = caller.headers.get(_SESSION)
        if session_id is None:
            return None
        return self._gateway.sessions.find(caller.agent, caller.door.server.id, session_id)

    async def _post(self, caller: Caller, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            await self._unreadable(caller, b"", "the message is too large")
            return _plain(413, "the message is too large")
        try:
            message = parse_message(body)
        except RecordInvalid as error:
            refused = await self._unreadable(caller, body, error.message)
            data = {"watchkeeper": refusal_body(refused)}
            return Response(
                render_error(None, PARSE_ERROR, refused.sentence, data), 400, media_type=_JSON
            )
        mismatch = _mismatch(message, request.headers)
        if mismatch is not None:
            await self._unreadable(caller, body, mismatch)
            return Response(
                render_error(message.id, HEADER_MISMATCH, mismatch), 400, media_type=_JSON
            )
        return await self._message(caller, message)

    async def _message(self, caller: Caller, message: Message) -> Response:
        if message.shape is Shape.REQUEST and message.method == "initialize":
            return await self._initialize(caller, message)
        if _SESSION in caller.headers:
            session = self._session(caller)
            if session is None:
                return _plain(404, "no such session")
        else:
            session = self._gateway.session(caller.agent, caller.door)
        return await self._in_session(caller, message, session)

    async def _in_session(self, caller: Caller, message: Message, session: Session) -> Response:
        relay, calls = caller.door.relay, caller.door.calls
        passes = (
            message.shape is Shape.RESPONSE
            or (message.shape is Shape.NOTIFICATION and message.method in methods.NOTIFICATIONS)
            or (message.shape is Shape.REQUEST and message.method in methods.HOUSEKEEPING)
        )
        if passes:
            outs = relay.pass_on(session, message, caller.headers, calls.finish)
            return await _respond(outs, session, message)
        if message.shape is Shape.NOTIFICATION:
            refused = await self._unreadable(caller, message.raw, "an unknown notification")
            return Response(
                render_error(None, PARSE_ERROR, refused.sentence), 400, media_type=_JSON
            )
        outs = calls.run(session, message, caller.headers)
        return await _respond(outs, session, message)

    async def _initialize(self, caller: Caller, message: Message) -> Response:
        relay, calls = caller.door.relay, caller.door.calls
        session = Session(caller.agent, caller.door.server.id, relay.open_channel())
        outs = relay.pass_on(session, message, caller.headers, calls.finish)
        return await _respond(self._opening(outs, session, caller.door), session, message)

    async def _opening(
        self, outs: AsyncIterator[Out], session: Session, door: Door
    ) -> AsyncIterator[Out]:
        """Give the session a name of ours as soon as the server gave it one of its own."""
        async for out in outs:
            if session.id is None:
                session.upstream_id = out.headers.get(_SESSION)
                if session.upstream_id is not None or door.server.url is None:
                    session.id = secrets.token_urlsafe(32)
                    given_up = self._gateway.sessions.add(session)
                    if given_up is not None:
                        await given_up.channel.close()
            yield out

    async def _unreadable(self, caller: Caller, body: bytes, why: str) -> Refused:
        """Record a message that could not even be read, like any other refusal."""
        kernel = self._gateway.kernel
        call = Call(caller.agent, "", caller.door.server.id, "", None, problem=why, raw=body)
        admitted = kernel.admit(call)
        answer = kernel.decide(admitted) if isinstance(admitted, Admitted) else admitted
        answer = await settled(kernel, answer)
        if not isinstance(answer, Refused):
            raise TypeError("a message that can not be read was not refused")
        return answer


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _mismatch(message: Message, headers: Mapping[str, str]) -> str | None:
    """Return how the headers differ from the body: we decide on the body, others may not."""
    method = headers.get("mcp-method")
    if method is not None and message.method and method != message.method:
        return "the header Mcp-Method is not the method of the message"
    name = headers.get("mcp-name")
    own = message.params.get("name", message.params.get("uri"))
    if name is not None and isinstance(own, str) and name.isascii() and name != own:
        if not name.startswith("=?"):
            return "the header Mcp-Name is not the name in the message"
    return None


async def _respond(
    outs: AsyncIterator[Out], session: Session, message: Message | None = None
) -> Response:
    """Answer with JSON where one message answers, with a stream of events where more come."""
    identity = message.id if message is not None else None
    try:
        first = await anext(outs, None)
    except UpstreamFailed as error:
        return Response(
            render_error(identity, INTERNAL_ERROR, f"tool server: {error.message}"),
            502,
            media_type=_JSON,
        )
    if first is None:
        return Response(status_code=202)
    headers = {k: v for k, v in first.headers.items() if k != _SESSION}
    if session.id is not None:
        headers[_SESSION] = session.id
    if first.final and not first.streamed:
        kind = _JSON if first.data else None
        return Response(first.data, first.status, headers, media_type=kind)
    return StreamingResponse(
        _stream(first, outs), first.status, {**_SSE_HEADERS, **headers}, "text/event-stream"
    )


async def _stream(first: Out, outs: AsyncIterator[Out]) -> AsyncIterator[bytes]:
    yield render_event(first.data, first.lines)
    try:
        async for out in outs:
            yield render_event(out.data, out.lines)
    except UpstreamFailed:
        # The stream ends here; whatever was under way stays unknown until it is settled.
        return


def _plain(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": text}, status_code=status, headers=headers)
