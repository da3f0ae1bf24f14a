"""What a released call sends, what came back for the record, and what its agent is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from watchkeeper.enforcement.gateway.server.sessions import Session
from watchkeeper.enforcement.messages import methods
from watchkeeper.enforcement.messages.answers import (
    RESULT_TOOL,
    render_refusal,
    render_refused_method,
)
from watchkeeper.enforcement.messages.asking import meta_of
from watchkeeper.enforcement.messages.rpc import (
    Message,
    render_result,
    with_arguments,
    with_params,
)
from watchkeeper.enforcement.upstream.channel import NeverSent, Sent
from watchkeeper.errors import LedgerError, RecordInvalid, SettingsInvalid
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.permit import META, Asked, asked_by
from watchkeeper.loop.steps import Allowed, Answer, Refused, Stored
from watchkeeper.records.action import Reason, Status

BeforeSend = Callable[[Allowed, Asked], Sent]
"""Asked once for each released call, when nothing but sending it is left to do."""


def nothing_beside(_allowed: Allowed, _asked: Asked) -> Sent:
    """Put nothing beside a released call."""
    return Sent()


def to_send(
    message: Message,
    allowed: Allowed,
    session: Session,
    headers: Mapping[str, str],
    before_send: BeforeSend = nothing_beside,
) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a released call: exactly what was decided.

    Raises:
        NeverSent: what has to go beside it can not be made, so nothing is sent.
    """
    sent = session.headers(headers)
    if allowed.request.call.method != methods.CALL:
        beside = _beside(allowed, message.params, before_send)
        if not beside.meta and META not in meta_of(message):
            return message.raw, sent
        message = _with_meta(message, beside)
        return with_params(message), {**sent, **beside.headers}
    if message.params.get("name") == RESULT_TOOL:
        # Release the approved action itself, under its own name.
        tool = allowed.request.call.tool
        # Nothing else of this message was approved: no answers to questions, no task.
        meta = {"_meta": message.params["_meta"]} if "_meta" in message.params else {}
        message = replace(message, params={"name": tool, **meta})
        if "mcp-name" in sent:
            sent["mcp-name"] = tool
    params = {**message.params, "arguments": allowed.request.call.arguments}
    beside = _beside(allowed, params, before_send)
    message = _with_meta(message, beside)
    return with_arguments(message, allowed.sent), {**sent, **beside.headers}


def _beside(allowed: Allowed, params: Mapping[str, Any], before_send: BeforeSend) -> Sent:
    try:
        return before_send(allowed, asked_by(allowed.request.call.method, params))
    except (LedgerError, RecordInvalid, SettingsInvalid) as error:
        raise NeverSent(f"no permit could be made: {error.message}") from None


def _with_meta(message: Message, beside: Sent) -> Message:
    """Put our own members into `_meta`; a permit that an agent wrote there is none of ours."""
    meta = {key: value for key, value in meta_of(message).items() if key != META}
    meta.update(beside.meta)
    if not meta and not meta_of(message):
        return message
    return replace(message, params={**message.params, "_meta": meta})


def status_of(allowed: Allowed, result: Any) -> Status | None:
    """Return how a released call ended, None where that is unknown (semantics, 6)."""
    if isinstance(result, dict) and not result.get("isError"):
        return Status.SUCCEEDED
    entry = allowed.decided.entry
    if entry is None or not entry.tool.writes or entry.tool.error_means_no_effect:
        return Status.FAILED
    return None


def asked_for(result: Any) -> list[str]:
    """Return the methods that a result asks the agent's host for (2026-07-28)."""
    asked = result.get("inputRequests") if isinstance(result, dict) else None
    if not isinstance(asked, dict):
        return []
    return [str(r.get("method")) if isinstance(r, dict) else "" for r in asked.values()]


def kept(message: Message) -> Any:
    """Return the answer for the record: the result or error, or the digest of what has no form."""
    value = message.body.get("result", message.body.get("error"))
    try:
        canonical_arguments(value)
    except RecordInvalid:
        return {"sha256": sha256_hex(message.raw)}
    return value


def render(message: Message, answer: Answer, *, modern: bool) -> bytes:
    """Return the final message for an action that is not released now."""
    if isinstance(answer, Stored):
        result = answer.result
        if isinstance(result, dict) and "content" in result:
            return render_result(message.id, result)
        if isinstance(result, dict) and isinstance(result.get("code"), int):
            return orjson.dumps({"jsonrpc": "2.0", "id": message.id, "error": result})
        answer = _without_result(answer)
    if isinstance(answer, Allowed):
        raise TypeError("an allowed action is released, not rendered")
    if message.method == methods.CALL:
        return render_refusal(message.id, answer, modern=modern)
    return render_refused_method(message.id, answer)


def _without_result(answer: Stored) -> Refused:
    failed = answer.status is Status.FAILED
    reason = Reason.COULD_NOT_EVALUATE if failed else Reason.EFFECT_UNKNOWN
    return Refused(reason, answer.sentence, answer.decision_id)


def http_status(message: Message, answer: Answer, *, modern: bool) -> int:
    """Return 404 for a method that is not let through (MCP 2026-07-28, transports), else 200."""
    if not modern or message.method == methods.CALL or not isinstance(answer, Refused):
        return 200
    return 404 if answer.reason is Reason.UNKNOWN_METHOD else 200
