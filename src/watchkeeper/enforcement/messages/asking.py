"""What a message asks for: the call that is decided; nothing in it is believed but its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.do.decision.request import INPUT, Call
from watchkeeper.enforcement.messages import methods
from watchkeeper.enforcement.messages.answers import RESULT_TOOL
from watchkeeper.enforcement.messages.rpc import Message
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex

TASK = "watchkeeper/task"
"""Where a call names the task that it belongs to, in `_meta`."""


def call_of(agent: str, server: str, message: Message) -> Call:
    """Return the call that a message makes; nothing in it is believed but its shape."""
    meta = meta_of(message)
    name, arguments = message.params.get("name"), message.params.get("arguments", {})
    problem = None
    if message.method != methods.CALL:
        name = ""
        arguments = {k: v for k, v in message.params.items() if k != "_meta"}
    elif not isinstance(name, str):
        problem, name = "a call names its tool", ""
    elif "task" in message.params:
        problem = "calls as tasks are not let through"
    trace = _trace(message, meta)
    if trace is None:
        problem, trace = "what stands beside the arguments has no canonical form", {}
    key = meta.get("watchkeeper/idempotencyKey")
    task = meta.get(TASK)
    for what, value in (("an idempotency key", key), ("a task's id", task)):
        if value is not None and not (isinstance(value, str) and value):
            problem = f"{what} is a text"
    return Call(
        agent=agent,
        method=message.method,
        server=server,
        tool=name,
        arguments=arguments,
        key=key if isinstance(key, str) and key else None,
        claimed=_texts(meta.get("watchkeeper/claims")),
        trace=trace,
        problem=problem,
        raw=message.raw if problem else b"",
        mandate=task if isinstance(task, str) and task else None,
        token=message.token,
    )


def asks_for_result(message: Message) -> bool:
    """Tell whether a message asks for what came of an action that waited for approval."""
    return message.method == methods.CALL and message.params.get("name") == RESULT_TOOL


def meta_of(message: Message) -> dict[str, Any]:
    """Return what stands beside the arguments, empty if that is no object."""
    found = message.params.get("_meta")
    return found if isinstance(found, dict) else {}


def _trace(message: Message, meta: Mapping[str, Any]) -> dict[str, str] | None:
    found = {"messageId": str(message.id)}
    for name in ("traceparent", "tracestate"):
        if isinstance(meta.get(name), str):
            found[name] = meta[name]
    try:
        for name in INPUT:
            if name in message.params:
                # Part of what is asked, and so of what is decided, without its content.
                found[name] = sha256_hex(canonical_arguments(message.params[name]))
    except RecordInvalid:
        return None
    return found


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {
        name: text
        for name, text in value.items()
        if name in {"model", "prompt", "version"} and isinstance(text, str)
    }
