"""What goes over the local socket of a home, line by line; each line is one JSON object.

A **command** is one line and one answer: `{"hello": true}`, or `{"signature": ..., "beside": ...}`
as a person signed it; the answer is `{"result": ...}` or `{"error": ...}`.

A **guard** stays connected. Its first line is `{"guard": {"token", "server", "pins"}}`, answered by
`{"result": {"agent"}}`; every later line speaks of one call, under a number that the guard gives:

| from the guard | from the gateway |
| --- | --- |
| `{"call": 7, "tool", "arguments", "key"}`, or `"problem"` in place of arguments, or `"handle"` | |
| | `{"call": 7, "need": {"read": 1, "tool", "arguments", "seconds"}}`, fact by fact |
| `{"call": 7, "read": 1, "content"}`, or `"failed"` | |
| | `{"call": 7, "refused"}`, `"escalated"`, `"stored"`: it ends here; or `"allowed"` |
| `{"call": 7, "returned"}`, `"raised": true` (and `"cancelled"`), or `"stopped": true` | |
| | `{"call": 7, "durable": true}`, or `false`: not recorded |

`{"pins": {...}}` replaces the pins. Between `allowed` and the guard's word, `{"call": 7, "stop":
{"cancel": bool}}` tells that a stop took hold of the call, and whether it may be broken off;
`"stopped"` then says that the function was not called at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json

SOCKET = "gateway.sock"
"""The file in a home on which its gateway listens for people and guards."""
MAX_LINE = 2 << 20
"""Bytes of a line, but for those of a few commands."""
MAX_CALLS = 256
"""Calls of one guard that are under way at the same time."""
MAX_RESULT = 1 << 20
"""Bytes of a result that is told in full."""
_DEPTH = 256


def render_line(message: Mapping[str, Any]) -> bytes:
    """Render one message as a line."""
    return orjson.dumps(message) + b"\n"


def parse_line(line: bytes, max_bytes: int = MAX_LINE) -> dict[str, Any]:
    """Parse one line.

    Raises:
        RecordInvalid: it is no JSON object, or too long.
    """
    found = parse_json(line, max_bytes=max_bytes, max_depth=_DEPTH)
    if not isinstance(found, dict):
        raise RecordInvalid("not an object")
    return found
