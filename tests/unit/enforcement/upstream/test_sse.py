"""Server-sent events come out as they went in, however they are cut (WHATWG HTML, 9.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.enforcement.upstream.channel import Arrived, BrokenOff
from watchkeeper.enforcement.upstream.sse import MAX_EVENT_BYTES, events, render_event

STREAM = (
    b': a comment\n\nid: 1\nretry: 500\ndata: \n\nevent: message\nid: 2\ndata: {"a":\r\n'
    b"data: 1}\n\ndata:{}\r\n\r\ndata: last\r\r:"
)


async def parsed(*chunks: bytes) -> list[Arrived]:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [arrived async for arrived in events(stream())]


async def test_data_and_the_other_fields_are_told_apart() -> None:
    assert await parsed(STREAM) == [
        Arrived(b"", (b"id: 1", b"retry: 500")),
        Arrived(b'{"a":\n1}', (b"event: message", b"id: 2")),
        Arrived(b"{}"),
        Arrived(b"last"),
    ]


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=8))
@settings(max_examples=200)
async def test_where_the_stream_is_cut_changes_nothing(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[a:b] for a, b in pairwise(places)]
    assert await parsed(*chunks) == await parsed(STREAM)


async def test_what_is_rendered_is_parsed_again() -> None:
    lines = (b"event: message", b"id: 7")
    assert await parsed(render_event(b'{"b":2}', lines)) == [Arrived(b'{"b":2}', lines)]


async def test_an_event_without_end_is_given_up() -> None:
    with pytest.raises(BrokenOff):
        await parsed(b"data: " + b"x" * MAX_EVENT_BYTES)
