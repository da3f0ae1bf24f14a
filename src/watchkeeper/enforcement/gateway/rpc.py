"""JSON-RPC messages, read strictly: what is not exactly a message is refused."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import orjson

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json

MAX_BODY_BYTES = 1 << 20
MAX_DEPTH = 40
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
REFUSED = -32010
_VERSION = "io.modelcontextprotocol/protocolVersion"

Id = int | str | None


class Shape(enum.Enum):
    """What a message is."""

    REQUEST = "request"
    NOTIFICATION = "notification"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Message:
    """One JSON-RPC message as it came; `raw` are its bytes."""

    shape: Shape
    id: Id
    method: str
    params: dict[str, Any]
    body: dict[str, Any]
    raw: bytes


def parse_message(
    raw: bytes, *, max_bytes: int = MAX_BODY_BYTES, depth: int = MAX_DEPTH
) -> Message:
    """Parse one message.

    Raises:
        RecordInvalid: no JSON, duplicate keys, too deep, too large, a batch, or no message.
    """
    body = parse_json(raw, max_bytes=max_bytes, max_depth=depth)
    if not isinstance(body, dict) or body.get("jsonrpc") != "2.0":
        raise RecordInvalid("not a JSON-RPC 2.0 message")
    identity = body.get("id")
    if isinstance(identity, bool) or not isinstance(identity, int | str | None):
        raise RecordInvalid("a message id is a whole number or a text")
    method, params = body.get("method"), body.get("params", {})
    if method is None:
        if ("result" in body) == ("error" in body):
            raise RecordInvalid("a message without a method is a result or an error")
        return Message(Shape.RESPONSE, identity, "", {}, body, raw)
    if not isinstance(method, str) or not isinstance(params, dict):
        raise RecordInvalid("a method is a text and its params are an object")
    shape = Shape.REQUEST if "id" in body else Shape.NOTIFICATION
    if shape is Shape.REQUEST and identity is None:
        raise RecordInvalid("a request has an id")
    return Message(shape, identity, method, params, body, raw)


def render_result(identity: Id, result: dict[str, Any]) -> bytes:
    """Render a response with a result."""
    return orjson.dumps({"jsonrpc": "2.0", "id": identity, "result": result})


def render_error(identity: Id, code: int, message: str, data: Any = None) -> bytes:
    """Render a response with an error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return orjson.dumps({"jsonrpc": "2.0", "id": identity, "error": error})


def render_progress(token: Any, progress: int, message: str) -> bytes:
    """Render a progress notification (MCP, utilities/progress)."""
    params = {"progressToken": token, "progress": progress, "message": message}
    body = {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}
    return orjson.dumps(body)


def with_arguments(message: Message, sent: bytes) -> bytes:
    """Render a call with exactly the canonical arguments that were decided."""
    params = {**message.params, "arguments": orjson.Fragment(sent)}
    return orjson.dumps({**message.body, "params": params})


def is_modern(message: Message) -> bool:
    """Tell whether a message is of the era without sessions (MCP 2026-07-28)."""
    meta = message.params.get("_meta")
    return isinstance(meta, dict) and _VERSION in meta


def id_key(identity: Id) -> tuple[str, str]:
    """Return what tells ids apart: `1` and `"1"` are two."""
    return type(identity).__name__, str(identity)
