"""The door for applications: tasks are opened, ended and spoken in, by signature alone.

Nothing else counts here: no token, no session, no place that a request comes from. Whoever holds
none of an application's keys can do nothing; a command that was taken is not taken again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from watchkeeper.enforcement.gateway.gateway import Gateway
from watchkeeper.enforcement.gateway.web.access import Places
from watchkeeper.errors import (
    CommandInvalid,
    HomeDoubtful,
    LogUnavailable,
    NotAuthorised,
    RecordInvalid,
    WatchkeeperError,
)
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.envelope import command_body, person_named
from watchkeeper.records.codec import from_json
from watchkeeper.records.people import Signature

MOST_A_MINUTE = 20
"""How many tasks one application may open in a minute."""
_MAX_BODY = 128 * 1024
_MINUTE_MICROS = 60_000_000
_STATUS: tuple[tuple[type[WatchkeeperError], int], ...] = (
    (NotAuthorised, 403),
    (CommandInvalid, 400),
    (LogUnavailable, 503),
    (HomeDoubtful, 503),
)


class TaskDoor:
    """Answers applications' HTTP requests."""

    def __init__(self, gateway: Gateway, places: Places) -> None:
        self._gateway, self._places = gateway, places
        self._opened: dict[str, deque[int]] = {}

    def routes(self) -> list[Route]:
        """Return what this door answers."""
        return [
            Route("/tasks", self._tasks, methods=["GET", "POST"]),
            Route("/tasks/{id}", self._end, methods=["DELETE"]),
            Route("/tasks/{id}/word", self._word, methods=["POST"]),
        ]

    async def _tasks(self, request: Request) -> Response:
        """Say which log commands are signed for; or open a task."""
        if request.method in {"GET", "HEAD"}:
            return self._elsewhere(request) or JSONResponse(
                {"origin": self._gateway.kernel.home.log.origin}
            )
        return await self._carried_out(request, "mandate", 201)

    async def _end(self, request: Request) -> Response:
        return await self._carried_out(request, "end-mandate", 200)

    async def _word(self, request: Request) -> Response:
        return await self._carried_out(request, "word", 200)

    def _elsewhere(self, request: Request) -> Response | None:
        if not self._places.host_is_ours(request.headers):
            return _problem(421, "misdirected", "not the host of this gateway")
        if not self._places.origin_is_ours(request.headers):
            return _problem(403, "foreign-origin", "not from this origin")
        return None

    async def _carried_out(self, request: Request, verb: str, status: int) -> Response:
        elsewhere = self._elsewhere(request)
        if elsewhere is not None:
            return elsewhere
        try:
            signature, beside = await _read(request)
            _check_id(signature, request.path_params.get("id"))
            application = person_named(signature)
            if verb == "mandate" and not self._may_open(application):
                return _problem(429, "too-many-tasks", f"{MOST_A_MINUTE} tasks a minute")
            answer = await self._gateway.task(verb, signature, dict(beside))
        except WatchkeeperError as error:
            return self._refused(error)
        if verb == "mandate":
            self._opened.setdefault(application, deque()).append(self._now())
        return JSONResponse(answer, status)

    def _may_open(self, application: str) -> bool:
        """Tell whether an application has not used up its minute; only what was opened counts."""
        opened = self._opened.get(application, deque())
        while opened and opened[0] <= self._now() - _MINUTE_MICROS:
            opened.popleft()
        return len(opened) < MOST_A_MINUTE

    def _now(self) -> int:
        return self._gateway.kernel.home.clock.monotonic()

    def _refused(self, error: WatchkeeperError) -> Response:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        if status in {400, 403}:
            self._gateway.unauthenticated += 1
        return _problem(status, error.code, error.message, error.advice)


async def _read(request: Request) -> tuple[Signature, Mapping[str, Any]]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise CommandInvalid(f"a command has at most {_MAX_BODY} bytes")
    try:
        asked = parse_json(bytes(body), max_bytes=_MAX_BODY, max_depth=32)
        if not isinstance(asked, dict) or not set(asked) <= {"signature", "beside"}:
            raise CommandInvalid("not a command: a `signature`, and what comes `beside` it")
        signature, beside = from_json(Signature, asked.get("signature")), asked.get("beside", {})
    except RecordInvalid as error:
        raise CommandInvalid(f"not a command: {error.message}") from None
    return signature, beside if isinstance(beside, dict) else {}


def _check_id(signature: Signature, id_: str | None) -> None:
    """Check that a command is for the task that the address names; who signed it comes later."""
    if id_ is not None and command_body(signature).get("id") != id_:
        raise CommandInvalid("the command is for another task than the address names")


def _problem(status: int, code: str, detail: str, advice: str = "") -> Response:
    said = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    body = {**said, "advice": advice} if advice else said
    return JSONResponse(body, status, media_type="application/problem+json")
