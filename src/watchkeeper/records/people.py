"""What people say: signed commands, and verdicts on escalated actions."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.records.codec import Json
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

COMMAND_TYPE = "application/vnd.watchkeeper.command+json"


class Answer(enum.StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks the home to do; its canonical JSON is what the person signs.

    `origin` binds it to one log, `nonce` (32 hex digits) makes it single use, `verb` says what is
    asked (`approve`, `stop`, `token`, ...), `body` holds the rest.
    """

    origin: str
    person: str
    verb: str
    nonce: str
    at: Instant
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Signature:
    """A DSSE envelope over a `Command`: base64 payload, the key's id, base64 signature.

    The payload type is `COMMAND_TYPE`; the signature is Ed25519 over the DSSE v1
    pre-authentication encoding.
    """

    payload: str
    keyid: str
    sig: str


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """A reviewer's answer to one escalation, bound to exactly what was shown.

    `signature` covers a `Command` with verb `approve` or `refuse` whose body holds `request`,
    `tool`, `pin`, `agent`, `plan`, `shown`, `expires`, `handle`, `reason` (a salted digest, or
    null).
    """

    at: Instant
    action_id: str
    decision: Ref
    answer: Answer
    reviewer: str
    role: str
    shown: str
    millis_taken: int
    signature: Signature
    reason: str | None = None
