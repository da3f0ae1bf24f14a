"""JSON-RPC messages, read strictly: what is not exactly a message is refused."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Any

import orjson

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.records.codec import MAX_INTEGER

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

_MEMBERS = frozenset({"jsonrpc", "id", "method", "params", "result", "error"})
_CALL_PARAMS = ("name", "_meta", "inputResponses", "requestState")

Id = int | str | None


class Shape(enum.Enum):
    """What a message is."""

    REQUEST = "request"
    NOTIFICATION = "notification"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Message:
    """One JSON-RPC message; `raw` are its bytes, as they may be passed on.

    `token` is the SHA-256 of the token with which an agent sent it.
    """

    shape: Shape
    id: Id
    method: str
    params: dict[str, Any]
    body: dict[str, Any]
    raw: bytes
    token: str | None = None


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


def parse_agent_message(raw: bytes) -> Message:
    """Parse a message from an agent; `raw` is then what we read, rendered anew.

    Nothing that an agent wrote is passed on byte by byte: a reader that takes a carriage return
    for the end of a line, or `Method` for `method`, would find another message in it than we did.

    Raises:
        RecordInvalid: as `parse_message`, and for members that no message has, members of params
            that differ only in case or in null characters, and integers beyond 2^53-1.
    """
    message = parse_message(raw)
    if not set(message.body) <= _MEMBERS:
        raise RecordInvalid("a message with members that no message has")
    plain = {name.replace("\0", "").casefold() for name in message.params}
    if len(plain) != len(message.params) or any("\0" in name for name in message.params):
        raise RecordInvalid("params whose names differ only in case")
    _refuse_large_integers(message.body)
    return replace(message, raw=orjson.dumps(message.body))


def _refuse_large_integers(value: Any) -> None:
    if isinstance(value, dict):
        for item in value.values():
            _refuse_large_integers(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_large_integers(item)
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise RecordInvalid("an integer beyond 2^53-1")


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
    """Render a call with exactly the canonical arguments that were decided.

    Of its params only those that a call has are sent on: no server finds another name in it.
    """
    params = {name: message.params[name] for name in _CALL_PARAMS if name in message.params}
    params["arguments"] = orjson.Fragment(sent)
    return orjson.dumps({**message.body, "params": params})


def with_params(message: Message) -> bytes:
    """Render a message with its params as they stand in it now."""
    return orjson.dumps({**message.body, "params": message.params})


def renamed(message: Message, identity: Id) -> Message:
    """Return a message under another id; of its bytes nothing else changes.

    Its own id is looked for as it was written; where it stands there more than once, or is
    written otherwise, the message is rendered anew.
    """
    body = {**message.body, "id": identity}
    before, after = orjson.dumps(message.id), orjson.dumps(identity)
    if isinstance(message.id, str) and message.raw.count(before) == 1:
        return replace(message, id=identity, body=body, raw=message.raw.replace(before, after))
    return replace(message, id=identity, body=body, raw=rendered(body))


def rendered(body: dict[str, Any]) -> bytes:
    """Render a message that was parsed.

    Raises:
        RecordInvalid: it holds a number that no program of ours writes.
    """
    try:
        return orjson.dumps(body)
    except TypeError:
        raise RecordInvalid("an integer beyond 64 bits") from None


def is_modern(message: Message) -> bool:
    """Tell whether a message is of the era without sessions (MCP 2026-07-28)."""
    meta = message.params.get("_meta")
    return isinstance(meta, dict) and _VERSION in meta


def id_key(identity: Id) -> tuple[str, str]:
    """Return what tells ids apart: `1` and `"1"` are two."""
    return type(identity).__name__, str(identity)
