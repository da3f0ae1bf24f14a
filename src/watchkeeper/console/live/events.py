"""Server-sent events of what happens: read from the feed, sent once it is durable.

A stream costs the gateway a look at the ring a few times a second, however much is decided: what
comes faster is sent together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from watchkeeper.console.live.feed import Feed, Told
from watchkeeper.ledger.canonical import render_json
from watchkeeper.records.codec import Json
from watchkeeper.records.reference import Ref

EVERY = 0.25
QUIET = 15.0
"""Seconds after which a stream that has nothing to say says so, to be kept open."""
MOST = 200
"""How many records are sent at once; of more, the newest, and that some were left out."""
MOST_STREAMS = 16
"""How many streams are open for one person: a browser opens few, and each is looked at."""


async def events(
    feed: Feed, last: Ref | None, line: Callable[[Told], Json | None], alive: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """Yield events from `last` on, or from now; `line` renders one, or None to leave it out.

    Event `gap` says that records were left out: the page has to be loaded again to see them. Ends
    once `alive` says no: it is asked before anything is sent.
    """
    at = last if last is not None else feed.newest()
    quiet = 0.0
    yield b"retry: 2000\n\n"
    while alive():
        lost = at is not None and not feed.reaches(at)
        told = feed.after(at)
        if lost or len(told) > MOST:
            yield _event("gap", str(told[-1].ref if told else at), {})
            told = told[-MOST:]
        sent = b"".join(_rendered(one, line) for one in told)
        at = told[-1].ref if told else at
        if sent:
            yield sent
        elif quiet >= QUIET:
            yield b": quiet\n\n"
        quiet = 0.0 if sent or quiet >= QUIET else quiet + EVERY
        await asyncio.sleep(EVERY)


def _rendered(told: Told, line: Callable[[Told], Json | None]) -> bytes:
    body = line(told)
    return b"" if body is None else _event(told.kind.value, str(told.ref), body)


def _event(name: str, place: str, body: Json) -> bytes:
    return f"event: {name}\nid: {place}\ndata: ".encode() + render_json(body) + b"\n\n"
