"""What a tool server answered to a request of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchkeeper.enforcement.upstream.channel import Opened
from watchkeeper.errors import RecordInvalid, UpstreamFailed
from watchkeeper.ledger.canonical import parse_json

_MAX_DEPTH = 128
_MAX_BYTES = 16 << 20
Note = Callable[[str], None]
"""Told the method of each message that is no answer."""


async def result_in(opened: Opened, note: Note) -> dict[str, Any]:
    """Return the result that comes as the answer.

    Raises:
        UpstreamFailed: it is an error, no message, or nothing at all.
    """
    async for arrived in opened.messages:
        if not arrived.data:
            continue
        message = _read(arrived.data)
        if "method" in message:
            note(str(message["method"]))
            continue
        result = message.get("result")
        if isinstance(result, dict):
            return result
        raise UpstreamFailed("the tool server answered with an error")
    raise UpstreamFailed(f"the tool server answered nothing (HTTP {opened.status})")


def _read(data: bytes) -> dict[str, Any]:
    try:
        message = parse_json(data, max_bytes=_MAX_BYTES, max_depth=_MAX_DEPTH)
    except RecordInvalid as error:
        raise UpstreamFailed(f"the tool server's answer is no JSON: {error}") from None
    if not isinstance(message, dict):
        raise UpstreamFailed("the tool server's answer is no message")
    return message
