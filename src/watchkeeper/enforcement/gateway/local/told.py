"""What a guard says of a call, and what it is told, as the lines of the socket have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.do.decision.request import Call
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments, parse_json_unverified, sha256_hex
from watchkeeper.loop.steps import Allowed, Answer, Escalated, Refused, Stored

_RESULTS = frozenset({"value", "type", "sha256"})


def number_of(said: Any) -> int:
    """Return a number as it was said; 0, which nothing has, for what is none."""
    return said if isinstance(said, int) and not isinstance(said, bool) else 0


def call_of(agent: str, server: str, asked: Mapping[str, Any]) -> Call:
    """Return the call that a guard makes; nothing in it is believed but its shape."""
    tool, key, problem = asked.get("tool", ""), asked.get("key"), asked.get("problem")
    if not isinstance(tool, str) or not (key is None or isinstance(key, str)):
        tool, key, problem = "", None, "a call names its tool, and its key is a text"
    said = None if problem is None else str(problem)[:200]
    return Call(agent, "tools/call", server, tool, asked.get("arguments"), key=key, problem=said)


def leave_of(allowed: Allowed) -> dict[str, Any]:
    """Return how leave is given: with exactly the arguments that were decided."""
    call = allowed.request.call
    arguments = parse_json_unverified(allowed.sent)
    said = {"action": allowed.request.action_id, "tool": call.tool, "arguments": arguments}
    return {"allowed": said}


def answer_of(answer: Answer) -> dict[str, Any]:
    """Return how an answer that lets nothing be called is told."""
    if isinstance(answer, Escalated):
        return {
            "escalated": {
                "handle": answer.handle,
                "sentence": answer.sentence,
                "decision": answer.decision_id,
                "expires": int(answer.expires),
            }
        }
    if isinstance(answer, Stored):
        return {
            "stored": {
                "status": answer.status.value,
                "result": answer.result,
                "decision": answer.decision_id,
                "erased": answer.erased,
            }
        }
    if isinstance(answer, Refused):
        return {
            "refused": {
                "reason": answer.reason.value,
                "sentence": answer.sentence,
                "decision": answer.decision_id,
            }
        }
    raise TypeError("an allowed action is released, not told")


def kept(said: Any) -> dict[str, Any]:
    """Return what is kept of what a guard says that its function returned."""
    try:
        form = canonical_arguments(said)
    except RecordInvalid:
        return {"type": "unreadable"}
    if isinstance(said, dict) and len(said) == 1 and _RESULTS.issuperset(said):
        return said
    return {"sha256": sha256_hex(form)}
