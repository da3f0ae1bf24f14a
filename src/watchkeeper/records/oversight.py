"""What passes between a reviewer and an agent while an action waits, and how people are told."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """A reviewer asks back before deciding; the action goes on waiting, as long as before.

    `text` is the salted digest of the question; `signature` covers a `Command` with verb `ask` and
    body `{handle, request, role, text}`. A deputy asks by `absence`, which is in the body then.
    """

    at: Instant
    action_id: str
    decision: Ref
    by: str
    role: str
    text: str
    signature: Signature
    absence: Ref | None = None


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


class Hearing(enum.StrEnum):
    """Whether what is sent by a channel arrives, as far as its sender can tell."""

    SILENT = "silent"
    HEARD = "heard"


class Silence(enum.StrEnum):
    """Why nothing goes through a channel.

    There is nothing to send with here, no address, nobody who takes it; or it takes too long.
    """

    NO_SENDER = "no-sender"
    NO_ADDRESS = "no-address"
    NOT_TAKEN = "not-taken"
    TOO_SLOW = "too-slow"


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A channel by which people are told fell silent, or is heard again.

    `since` is when the first notice did not go through, in both; `failures` how many did not since
    then. `why` is that of the last one, None where the channel is heard again. The home itself
    says so: nobody signs it.
    """

    at: Instant
    channel: str
    state: Hearing
    since: Instant
    failures: int
    why: Silence | None = None
