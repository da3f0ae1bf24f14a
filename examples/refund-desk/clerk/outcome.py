"""What became of one action, as the agent sees it."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mcp_types import TextContent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp_types import CallToolResult

_KEY = "watchkeeper"


class Became(enum.StrEnum):
    """`lost` is an action whose answer never came: the agent can not know what became of it."""

    OK = "ok"
    BLOCKED = "blocked"
    ESCALATED = "escalated"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer: `reason`, `decision` and `handle` come from the gateway that refused."""

    became: Became
    sentence: str = ""
    reason: str | None = None
    decision: str | None = None
    handle: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """One call of a tool, why the agent made it, and what became of it."""

    number: int
    scenario: str
    tool: str
    arguments: Mapping[str, Any]
    outcome: Outcome
    milliseconds: float

    def line(self) -> str:
        """Return the action as one line of JSON."""
        told = {
            "number": self.number,
            "scenario": self.scenario,
            "tool": self.tool,
            "arguments": dict(self.arguments),
            "outcome": self.outcome.became.value,
            "reason": self.outcome.reason,
            "decision": self.outcome.decision,
            "handle": self.outcome.handle,
            "sentence": self.outcome.sentence,
            "milliseconds": round(self.milliseconds, 3),
        }
        return json.dumps(told, ensure_ascii=False)


def read_result(result: CallToolResult) -> Outcome:
    """Tell a tool's answer, a tool's error and the gateway's refusals from one another."""
    content = result.structured_content if isinstance(result.structured_content, dict) else {}
    sentence = " ".join(part.text for part in result.content if isinstance(part, TextContent))
    if not result.is_error:
        return Outcome(Became.OK, content=content)
    refusal = content.get(_KEY)
    if not isinstance(refusal, dict):
        return Outcome(Became.FAILED, sentence=sentence)
    escalated = refusal.get("outcome") == "escalate"
    return Outcome(
        Became.ESCALATED if escalated else Became.BLOCKED,
        sentence=sentence,
        reason=_text(refusal, "reason"),
        decision=_text(refusal, "decision"),
        handle=_text(refusal, "handle"),
        content=content,
    )


def _text(refusal: Mapping[str, Any], name: str) -> str | None:
    value = refusal.get(name)
    return value if isinstance(value, str) else None
