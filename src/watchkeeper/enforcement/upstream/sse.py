"""Server-sent events, as far as MCP uses them (WHATWG HTML, 9.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from watchkeeper.enforcement.upstream.channel import Arrived, BrokenOff

MAX_EVENT_BYTES = 16 << 20


async def events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Arrived]:
    """Parse a stream of bytes into events; those without data are passed on, too.

    Raises:
        BrokenOff: an event is larger than 16 MiB.
    """
    buffer, carried = bytearray(), b""
    async for chunk in chunks:
        text = carried + chunk
        # A line may end with CR LF, and the two may come apart.
        carried = text[-1:] if text.endswith(b"\r") else b""
        start = max(0, len(buffer) - 1)
        buffer += _plain_ends(text[: len(text) - len(carried)])
        if len(buffer) > MAX_EVENT_BYTES:
            raise BrokenOff("the tool server sent an event that is too large")
        while (end := buffer.find(b"\n\n", start)) >= 0:
            event, start = bytes(buffer[:end]), 0
            del buffer[: end + 2]
            arrived = _parse(event)
            if arrived is not None:
                yield arrived


def _plain_ends(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def render_event(data: bytes, lines: tuple[bytes, ...] = ()) -> bytes:
    """Render one event; `lines` are its other fields as they came."""
    named = lines or (b"event: message",)
    lines_of_data = (b"data: " + line for line in data.split(b"\n"))
    return b"\n".join([*named, *lines_of_data]) + b"\n\n"


def event_id(line: bytes) -> bytes | None:
    """Return the event id that a field of an event gives, or None."""
    name, colon, value = line.partition(b":")
    return value.removeprefix(b" ") if name == b"id" and colon and value.strip() else None


def retry_of(line: bytes) -> float | None:
    """Return after how many seconds a field says to come back, or None."""
    name, _, value = line.partition(b":")
    return int(value) / 1000 if name == b"retry" and value.strip().isdigit() else None


def _parse(event: bytes) -> Arrived | None:
    data, others = [], []
    for line in event.split(b"\n"):
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif line and not line.startswith(b":"):
            others.append(line)
    if not data and not others:
        return None
    return Arrived(b"\n".join(data), tuple(others))
