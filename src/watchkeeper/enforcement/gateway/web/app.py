"""The HTTP door: MCP streamable HTTP for agents, and the gateway's own health."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.gateway.action.permits import WELL_KNOWN
from watchkeeper.enforcement.gateway.gateway import Door, Gateway
from watchkeeper.enforcement.gateway.server.relay import Out
from watchkeeper.enforcement.gateway.server.sessions import IdKey, Session
from watchkeeper.enforcement.gateway.web.access import Places, agent_of, token_digest
from watchkeeper.enforcement.gateway.web.tasks import TaskDoor
from watchkeeper.enforcement.messages import methods
from watchkeeper.enforcement.messages.answers import refusal_body
from watchkeeper.enforcement.messages.asking import call_of
from watchkeeper.enforcement.messages.rpc import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    MAX_BODY_BYTES,
    PARSE_ERROR,
    Id,
    Message,
    Shape,
    id_key,
    parse_agent_message,
    parse_message,
    render_error,
)
from watchkeeper.enforcement.release import settled
from watchkeeper.enforcement.upstream.channel import SessionGone
from watchkeeper.enforcement.upstream.sse import render_event
from watchkeeper.errors import RecordInvalid, UpstreamFailed
from watchkeeper.loop.steps import Admitted, Refused

_SESSION = "mcp-session-id"
_NOT_ALLOWED = 405
_JSON = "application/json"
_SSE_HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated agent at the door to one tool server."""

    agent: str
    door: Door
    headers: Headers


def make_app(gateway: Gateway, places: Places) -> Starlette:
    """Return the ASGI application of a gateway."""
    doors = McpDoor(gateway, places)

    async def health(_: Request) -> Response:
        found = gateway.health()
        return JSONResponse(found, status_code=200 if found["ok"] else 503)

    return Starlette(
        routes=[
            Route("/healthz", health, methods=["GET"]),
            Route(WELL_KNOWN, gateway.permits.answer, methods=["GET"]),
            Route("/mcp", doors.answer, methods=["GET", "POST", "DELETE"]),
            Route("/mcp/{server}", doors.answer, methods=["GET", "POST", "DELETE"]),
            *TaskDoor(gateway, places).routes(),
        ]
    )


class McpDoor:
    """Answers agents' HTTP requests."""

    def __init__(self, gateway: Gateway, places: Places) -> None:
        self._gateway, self._places = gateway, places

    async def answer(self, request: Request) -> Response:
        """Answer one request of an agent, or of somebody who is none."""
        elsewhere = self._elsewhere(request.headers)
        if elsewhere is not None:
            return elsewhere
        agent = agent_of(self._gateway.kernel.home.state, request.headers)
        if agent is None:
            self._gateway.unauthenticated += 1
            return _plain(401, "a bearer token is needed", {"www-authenticate": "Bearer"})
        named = request.path_params.get("server")
        door = self._door(agent, named)
        if door is None:
            return await self._no_door(agent, named or "", request)
        caller = Caller(agent, door, request.headers)
        if request.method == "POST":
            return await self._post(caller, request)
        return await self._without_message(caller, request)

    async def _without_message(self, caller: Caller, request: Request) -> Response:
        """Open the stream of what the server sends by itself, or end the session."""
        session = self._session(caller)
        if session is None:
            return _plain(404 if _SESSION in request.headers else 405, "no such session")
        if request.method == "DELETE":
            return await self._delete(caller, session)
        event = caller.headers.get("last-event-id")
        if event is not None and not session.had(event):
            return _plain(400, "no such event in this session")
        finish = caller.door.calls.finish
        outs = caller.door.relay.listen(session, request.headers, finish)
        return await _respond(_using(session, None, outs), session)

    def _elsewhere(self, headers: Headers) -> Response | None:
        """Refuse what was meant for another place, or comes from a page of one."""
        if not self._places.host_is_ours(headers):
            return _plain(421, "not the host of this gateway")
        if not self._places.origin_is_ours(headers):
            return _plain(403, "not from this origin")
        return None

    async def _delete(self, caller: Caller, session: Session) -> Response:
        """End a session; a server that does not let its clients do that keeps it."""
        status = await session.channel.end(session.headers(caller.headers))
        if status != _NOT_ALLOWED:
            self._gateway.give_up(session)
        return Response(status_code=status)

    def _door(self, agent: str, named: str | None) -> Door | None:
        """Return the door to a server of the agent's own system; without a name, the only one."""
        system = self._gateway.kernel.home.enforcer.system_of(agent)
        servers = system.servers if system is not None else ()
        if named is None:
            named = servers[0] if len(servers) == 1 else ""
        return self._gateway.door(named) if named in servers else None

    async def _no_door(self, agent: str, named: str, request: Request) -> Response:
        """Refuse an agent that is not in the plan any more, or that is at another's server."""
        body = await _body(request)
        try:
            message = parse_message(body or b"")
        except RecordInvalid as error:
            call = Call(agent, "", named, "", None, problem=error.message, raw=body or b"")
        else:
            call = call_of(agent, named, message)
        refused = await self._refused(call)
        return _problem(403, refused)

    def _session(self, caller: Caller) -> Session | None:
        session_id = caller.headers.get(_SESSION)
        if session_id is None:
            return None
        return self._gateway.sessions.find(caller.agent, caller.door.server.id, session_id)

    async def _post(self, caller: Caller, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            refused = await self._unreadable(caller, b"", "the message is too large")
            return _problem(413, refused)
        try:
            message = replace(parse_agent_message(body), token=token_digest(request.headers))
        except RecordInvalid as error:
            refused = await self._unreadable(caller, body, error.message)
            return _error(None, PARSE_ERROR, refused)
        mismatch = _mismatch(message, request.headers)
        if mismatch is not None:
            refused = await self._unreadable(caller, body, mismatch)
            return _error(message.id, HEADER_MISMATCH, refused, mismatch)
        return await self._message(caller, message)

    async def _message(self, caller: Caller, message: Message) -> Response:
        if message.shape is Shape.REQUEST and message.method == "initialize":
            return await self._initialize(caller, message)
        if _SESSION in caller.headers:
            session = self._session(caller)
            if session is None:
                return _plain(404, "no such session")
        else:
            found = await self._gateway.session(caller.agent, caller.door, message)
            if found is None:
                return _plain(503, "too many requests to this tool server at the same time")
            session = found
        return await self._in_session(caller, message, session)

    async def _in_session(self, caller: Caller, message: Message, session: Session) -> Response:
        relay, calls = caller.door.relay, caller.door.calls
        wrong = _out_of_place(message, session)
        if wrong is not None:
            refused = await self._unreadable(caller, message.raw, wrong)
            return _error(message.id, INVALID_REQUEST, refused, wrong)
        if message.shape is Shape.RESPONSE:
            session.asked.pop(id_key(message.id), None)
        passes = (
            message.shape is Shape.RESPONSE
            or (message.shape is Shape.NOTIFICATION and message.method in methods.NOTIFICATIONS)
            or (message.shape is Shape.REQUEST and message.method in methods.HOUSEKEEPING)
        )
        if passes:
            outs = relay.pass_on(session, message, caller.headers, calls.finish)
        else:
            outs = calls.run(session, message, caller.headers)
        key = id_key(message.id) if message.shape is Shape.REQUEST else None
        return await _respond(_using(session, key, outs), session, message)

    async def _initialize(self, caller: Caller, message: Message) -> Response:
        relay, calls = caller.door.relay, caller.door.calls
        session = Session(caller.agent, caller.door.server.id, relay.open_channel())
        outs = relay.pass_on(session, message, caller.headers, calls.finish)
        opening = self._opening(outs, session, caller.door)
        return await _respond(_using(session, id_key(message.id), opening), session, message)

    async def _opening(
        self, outs: AsyncGenerator[Out], session: Session, door: Door
    ) -> AsyncGenerator[Out]:
        """Give the session a name of ours as soon as the server gave it one of its own."""
        async for out in outs:
            if session.id is None:
                session.upstream_id = out.headers.get(_SESSION)
                if session.upstream_id is not None or door.server.url is None:
                    session.id = secrets.token_urlsafe(32)
                    given_up = self._gateway.sessions.add(session)
                    if given_up is not None:
                        self._gateway.give_up(given_up)
            yield out

    async def _unreadable(self, caller: Caller, body: bytes, why: str) -> Refused:
        """Record a message that could not even be read, like any other refusal."""
        server = caller.door.server.id
        return await self._refused(Call(caller.agent, "", server, "", None, problem=why, raw=body))

    async def _refused(self, call: Call) -> Refused:
        kernel = self._gateway.kernel
        admitted = kernel.admit(call)
        answer = kernel.decide(admitted) if isinstance(admitted, Admitted) else admitted
        answer = await settled(kernel, answer)
        if not isinstance(answer, Refused):
            raise TypeError("a call that has to be refused was not")
        return answer


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _out_of_place(message: Message, session: Session) -> str | None:
    """Return what is wrong with a message in its session, or None.

    An answer to a question that was not let through would undo that it was not.
    """
    if message.shape is Shape.RESPONSE:
        asked = id_key(message.id) in session.asked
        return None if asked else "an answer to what nobody asked"
    if message.shape is Shape.NOTIFICATION:
        return None if message.method in methods.NOTIFICATIONS else "an unknown notification"
    if session.is_taken(id_key(message.id)):
        return "a request with this id is still open"
    return None


def _mismatch(message: Message, headers: Headers) -> str | None:
    """Return how the headers differ from the body: we decide on the body, others may not."""
    methods_said = headers.getlist("mcp-method") if message.method else []
    if any(method != message.method for method in methods_said):
        return "the header Mcp-Method is not the method of the message"
    own = next((message.params[k] for k in ("name", "uri", "taskId") if k in message.params), None)
    if any(_decoded(name) != own for name in headers.getlist("mcp-name")):
        return "the header Mcp-Name is not the name in the message"
    twice = [name for name in set(headers.keys()) if _is_ours(name) and _count(headers, name) > 1]
    return f"the header {twice[0]} stands there twice" if twice else None


def _is_ours(name: str) -> bool:
    return name.startswith("mcp-") or name in {"authorization", "host", "origin", "last-event-id"}


def _count(headers: Headers, name: str) -> int:
    return len(headers.getlist(name))


def _decoded(value: str) -> str | None:
    """Decode a header value that is base64 in the form of MCP 2026-07-28 (transports)."""
    if not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    try:
        return base64.b64decode(value[9:-2], validate=True).decode()
    except ValueError:
        return None


async def _using(
    session: Session, key: IdKey | None, outs: AsyncGenerator[Out]
) -> AsyncGenerator[Out]:
    """Keep a session, and the id of a request, in use while its messages come."""
    with session.in_use(key):
        try:
            async for out in outs:
                yield out
        finally:
            await outs.aclose()


async def _respond(
    outs: AsyncGenerator[Out], session: Session, message: Message | None = None
) -> Response:
    """Answer with JSON where one message answers, with a stream of events where more come."""
    identity = message.id if message is not None else None
    try:
        first = await anext(outs, None)
    except SessionGone:
        session.gone = True
        return _plain(404, "no such session")
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


async def _stream(first: Out, outs: AsyncGenerator[Out]) -> AsyncGenerator[bytes]:
    try:
        if first.data or first.lines:
            yield render_event(first.data, first.lines)
        async for out in outs:
            if out.data or out.lines:
                yield render_event(out.data, out.lines)
    except UpstreamFailed:
        # The stream ends here; whatever was under way stays unknown until it is settled.
        return
    finally:
        await outs.aclose()


def _error(identity: Id, code: int, refused: Refused, why: str | None = None) -> Response:
    data = {"watchkeeper": refusal_body(refused)}
    raw = render_error(identity, code, why or refused.sentence, data)
    return Response(raw, 400, media_type=_JSON)


def _problem(status: int, refused: Refused) -> Response:
    """Render a refusal of plain HTTP (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": refused.sentence,
        "status": status,
        "watchkeeper": refusal_body(refused),
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _plain(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": text}, status_code=status, headers=headers)
