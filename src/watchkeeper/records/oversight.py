"""What passes between a reviewer and an agent while an action waits."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """A reviewer asks back before deciding; the action goes on waiting, as long as before.

    `text` is the salted digest of the question; `signature` covers a `Command` with verb `ask` and
    body `{handle, request, role, text}`.
    """

    at: Instant
    action_id: str
    decision: Ref
    by: str
    role: str
    text: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """What the agent says to a question; `text` is its salted digest.

    No person signs it: it is the word of an agent that may have been misled.
    """

    at: Instant
    action_id: str
    decision: Ref
    question: Ref
    agent: str
    text: str
