"""Routes of the pages: each as HTML and, below `/api/v1`, as JSON of the very same view."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from watchkeeper.console.door import cookie_name
from watchkeeper.console.live.events import MOST_STREAMS, events
from watchkeeper.console.live.feed import Feed, Told
from watchkeeper.console.once import AimsOnce, Once
from watchkeeper.console.pages.answering import json_response
from watchkeeper.console.pages.openapi import describe
from watchkeeper.console.pages.saying import Saying, WhoReads
from watchkeeper.console.pages.table import API, PAGES, Page
from watchkeeper.console.pages.templates import render
from watchkeeper.console.reviewing import Reviewing
from watchkeeper.console.security.answers import problem
from watchkeeper.console.signin.session import Session
from watchkeeper.console.views.decision import place
from watchkeeper.console.views.review.inbox import waiting_for
from watchkeeper.console.views.rows import Choice, row_of
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.ledger.assertion import DEFAULT_CONSOLE
from watchkeeper.loop.inbox import Inbox
from watchkeeper.loop.surface import Surface
from watchkeeper.records.codec import Json, to_json

Serve = Callable[[Request], Awaitable[Response]]
Counts = Callable[[Request], bool]
_MAX_QUERY = 1_024


class Pages:
    """Serves the pages of one home to whoever is signed in."""

    def __init__(self, surface: Surface, who_reads: WhoReads, counts: Counts) -> None:
        self._surface, self._who_reads, self._counts = surface, who_reads, counts
        self._streams: Counter[str] = Counter()
        home = surface.kernel.home
        self._feed, self._inbox = Feed(home), Inbox(home)
        self._once, self._reviewing = Once(home.clock.monotonic), Reviewing(home)
        self._aims = AimsOnce(home.clock.monotonic)

    def routes(self) -> list[BaseRoute]:
        """Return every route of the pages."""
        found: list[BaseRoute] = []
        for page in PAGES:
            found.append(Route(API + page.api, self._json(page), methods=["GET"]))
            found.append(Route(page.path, self._html(page), methods=["GET"]))
        found.append(Route(f"{API}/live", self._live, methods=["GET"]))
        found.append(Route(f"{API}/openapi.json", self._described, methods=["GET"]))
        return [*found, *Saying(self._surface, self._who_reads).routes(API)]

    async def _described(self, _: Request) -> Response:
        place = self._surface.urls.console or DEFAULT_CONSOLE
        return json_response(describe(cookie_name(place)))

    def _reader(self, request: Request) -> Session | None:
        """Return the session of who may read: not that of a code, which only enrols."""
        session = self._who_reads(request)
        return None if session is None or session.may_only_enrol else session

    def _json(self, page: Page) -> Serve:
        async def serve(request: Request) -> Response:
            session = self._reader(request)
            if session is None:
                return problem(401, "not-signed-in", "nobody is signed in")
            found = await page.see(self._visit(request, session))
            if isinstance(found, Missing):
                return problem(404, "not-found", found.why)
            return await asyncio.to_thread(lambda: json_response(to_json(found)))

        return serve

    def _html(self, page: Page) -> Serve:
        async def serve(request: Request) -> Response:
            session = self._reader(request)
            if session is None:
                return _to_sign_in(request)
            visit = self._visit(request, session)
            found = await page.see(visit)
            if isinstance(found, Missing):
                text = render("missing.html.jinja", **_around(visit, session), why=found.why)
                return HTMLResponse(text, 404)
            around = _around(visit, session, page)
            here = request.url.path
            # What is written out is plain by now: beside the loop, which decides meanwhile.
            text = await asyncio.to_thread(render, page.template, **around, here=here, view=found)
            return HTMLResponse(text)

        return serve

    async def _live(self, request: Request) -> Response:
        session = self._reader(request)
        if session is None:
            return problem(401, "not-signed-in", "nobody is signed in")
        if self._streams[session.person] >= MOST_STREAMS:
            return problem(429, "too-many-streams", "too many streams are open for one person")
        stream = self._stream(request, self._visit(request, session))
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _stream(self, request: Request, visit: Visit) -> AsyncIterator[bytes]:
        """Yield what happens for as long as the session that asked for it counts."""
        chosen = Choice.of(visit)

        def line(told: Told) -> Json | None:
            return to_json(row_of(told)) if chosen.holds(told) else None

        last = place(request.headers.get("last-event-id") or visit.query.get("after"))
        self._streams[visit.person] += 1
        try:
            async for part in events(self._feed, last, line, lambda: self._counts(request)):
                yield part
        finally:
            self._streams[visit.person] -= 1

    def _visit(self, request: Request, session: Session) -> Visit:
        query = {name: value[:_MAX_QUERY] for name, value in request.query_params.items()}
        return Visit(
            surface=self._surface,
            feed=self._feed,
            inbox=self._inbox,
            person=session.person,
            now=self._surface.kernel.home.clock.wall(),
            once=self._once,
            aims=self._aims,
            reviewing=self._reviewing,
            params=request.path_params,
            query=query,
        )


def page_routes(surface: Surface, who_reads: WhoReads, counts: Counts) -> list[BaseRoute]:
    """Return the routes of the pages over a home that is served.

    `who_reads` tells who was signed in when a request came; nobody else is shown anything. `counts`
    tells whether they still are, for what goes on longer than a request.
    """
    return Pages(surface, who_reads, counts).routes()


def _to_sign_in(request: Request) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(path, safe='')}", 303)


def _around(visit: Visit, session: Session, page: Page | None = None) -> Mapping[str, Any]:
    """Return what every page shows around its own."""
    state = visit.home.state
    return {
        "page": page,
        "pages": [listed for listed in PAGES if listed.icon],
        "beside": _beside(page),
        "counts": {
            "inbox": waiting_for(visit),
            "unknown": len(state.open),
            "stops": len(state.stops),
        },
        "organisation": visit.plan.organisation,
        "stage": visit.plan.stage.value,
        "me": session.person,
        "my_name": visit.name_of(session.person),
        "whose": visit.name_of,
        "csrf": session.csrf,
        "reads_only": session.reads_only,
        "now": visit.now,
        "stopped": any(scope.kind.value == "all" for scope in state.stops),
        "path": visit.surface.path,
    }


def _beside(page: Page | None) -> list[Page]:
    """Return the pages that are reached from this one: those of its group, in their order."""
    group = page.group if page is not None else ""
    return [one for one in PAGES if group and one.group == group and "{" not in one.path]
