"""How a refusal looks to an agent (decision semantics, 10)."""

from __future__ import annotations

from typing import Any

from watchkeeper.enforcement.messages.rpc import (
    METHOD_NOT_FOUND,
    REFUSED,
    Id,
    render_error,
    render_result,
)
from watchkeeper.loop.steps import Escalated, Refused
from watchkeeper.records.action import Outcome, Reason

RESULT_TOOL = "watchkeeper_result"
ANSWER_TOOL = "watchkeeper_answer"
MOST_WAIT = 60
"""Seconds that an agent may have its call for a result held."""
RESULT_DEFINITION: dict[str, Any] = {
    "name": RESULT_TOOL,
    "title": "Result of an action that waited for approval",
    "description": (
        "Gives the result of an action that had to be approved by a person. "
        "Call it with the handle that you were given. While nobody has answered, it says so; "
        "once approved, the action is carried out exactly as you asked for it, once. "
        "With `wait` it answers as soon as somebody did, or after so many seconds."
    ),
    "inputSchema": {
        "type": "object",
        "properties": {
            "handle": {"type": "string", "maxLength": 64},
            "wait": {"type": "number", "minimum": 0, "maximum": MOST_WAIT},
        },
        "required": ["handle"],
        "additionalProperties": False,
    },
    "annotations": {"readOnlyHint": False, "idempotentHint": True},
}
ANSWER_DEFINITION: dict[str, Any] = {
    "name": ANSWER_TOOL,
    "title": "Answer to a question about an action that waits for approval",
    "description": (
        "Answers what a person asked back about an action of yours that waits for approval. "
        "Call it with the handle and your answer, only after you were told a question."
    ),
    "inputSchema": {
        "type": "object",
        "properties": {
            "handle": {"type": "string", "maxLength": 64},
            "text": {"type": "string", "minLength": 1, "maxLength": 4096},
        },
        "required": ["handle", "text"],
        "additionalProperties": False,
    },
    "annotations": {"readOnlyHint": False, "idempotentHint": False},
}


def refusal_body(answer: Refused | Escalated) -> dict[str, Any]:
    """Return what a program may read of a refusal."""
    if isinstance(answer, Escalated):
        return {
            "outcome": Outcome.ESCALATE.value,
            "reason": Reason.REVIEW_REQUIRED.value,
            "decision": answer.decision_id,
            "handle": answer.handle,
            "expires": str(answer.expires),
        }
    return {
        "outcome": Outcome.BLOCK.value,
        "reason": answer.reason.value,
        "decision": answer.decision_id,
    }


def refusal_result(answer: Refused | Escalated) -> dict[str, Any]:
    """Return the tool result that the model sees: one sentence, a code, an id."""
    body = refusal_body(answer)
    sentence = answer.sentence
    if isinstance(answer, Escalated):
        sentence += f" Ask for its result with {RESULT_TOOL} and handle {answer.handle}."
    text = f"{sentence} [{body['reason']}, decision {body['decision']}]"
    return {
        "content": [{"type": "text", "text": text}],
        "structuredContent": {"watchkeeper": body},
        "isError": True,
    }


def render_question(
    identity: Id, answer: Escalated, question: str | None, *, modern: bool
) -> bytes:
    """Render a waiting call about which a person asks back; without text where it is not kept."""
    result = refusal_result(answer)
    text = "its text is not kept" if question is None else question
    asked = f"A person asks about it: {text} (answer with {ANSWER_TOOL} and the handle)"
    result["content"].append({"type": "text", "text": asked})
    result["structuredContent"]["watchkeeper"]["question"] = question
    if modern:
        result["resultType"] = "complete"
    return render_result(identity, result)


def render_answered(identity: Id, *, modern: bool) -> bytes:
    """Tell an agent that its answer is shown to the reviewers."""
    said = [{"type": "text", "text": "Your answer is shown to those who decide."}]
    result: dict[str, Any] = {"content": said}
    if modern:
        result["resultType"] = "complete"
    return render_result(identity, result)


def render_refusal(identity: Id, answer: Refused | Escalated, *, modern: bool) -> bytes:
    """Render a refused tool call as a result, so that the model can read why."""
    result = refusal_result(answer)
    if modern:
        result["resultType"] = "complete"
    return render_result(identity, result)


def render_refused_method(identity: Id, answer: Refused | Escalated) -> bytes:
    """Render a refused method other than a tool call as a JSON-RPC error.

    A method that is not let through is one that this server does not have.
    """
    unknown = isinstance(answer, Refused) and answer.reason is Reason.UNKNOWN_METHOD
    code = METHOD_NOT_FOUND if unknown else REFUSED
    return render_error(identity, code, answer.sentence, {"watchkeeper": refusal_body(answer)})
