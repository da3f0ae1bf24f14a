"""Escalations that are made up, to see whether reviewers catch them.

What will be planted is committed to beforehand and revealed when nobody can answer it any more, so
that nobody can say afterwards of a real action that it was planted, or of a planted one that it
was real.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer, Signature
from watchkeeper.records.reference import Ref


class Observed(enum.StrEnum):
    """What became of a planted escalation."""

    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    VOIDED = "voided"
    NOT_PLANTED = "not-planted"


@dataclass(frozen=True, slots=True)
class DrillRecord:
    """Somebody commits to escalations that will be planted.

    Each of `commitments` is HMAC-SHA-256 under a random 16-byte salt, in hex, of the canonical
    object `{expected, request, wrong}`: what a reviewer should answer, the digest of the request
    with its action id and nonce, and the salted digest of what is wrong with it. `signature`
    covers a `Command` with verb `plant` and body `{id, commitments}` by a holder of `operate`.
    `cases` binds which actions those are, and when: that stands in the payload (`ledger.beside`).
    """

    at: Instant
    id: str
    commitments: tuple[str, ...]
    by: str
    signature: Signature
    cases: str | None = None


@dataclass(frozen=True, slots=True)
class DrillRevealedRecord:
    """What one commitment of `drill` was, and what reviewers did with it.

    `salt` (hex) opens the commitment. `decision` is the escalation, `action_id` its action; both
    None where it was not planted. No person signs it: it follows from records before.
    """

    at: Instant
    id: str
    drill: Ref
    commitment: str
    salt: str
    request: str
    expected: Answer
    wrong: str
    observed: Observed
    action_id: str | None = None
    decision: Ref | None = None
