"""What people say to a plan before it is released, and to one that an emergency released."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer, Signature
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class Emergency:
    """A release that nobody approved before: until when somebody has to look at it after all.

    `why` is the salted digest of the reason.
    """

    review_by: Instant
    why: str


@dataclass(frozen=True, slots=True)
class OpenReview:
    """An emergency release that nobody has looked at yet."""

    plan: str
    release: Ref
    review_by: Instant


@dataclass(frozen=True, slots=True)
class PlanVerdictRecord:
    """Somebody's answer to one plan, as what would follow the plan `previous`.

    It counts for exactly these bytes: `plan` is the SHA-256 of the bundle (also the record's
    subject). `excepts` names what may be stale all the same (`<system>:impact`, `<system>:risk`).
    With `withdraws` it takes that answer back. `reason` is the salted digest of one. `signature`
    covers a `Command` with verb `approve-plan`, `refuse-plan` or `withdraw-plan` and body `{plan,
    previous, role, excepts, reason}`, and `verdict`, the place of what is taken back.
    """

    at: Instant
    plan: str
    previous: str | None
    answer: Answer
    by: str
    role: str
    signature: Signature
    excepts: tuple[str, ...] = ()
    reason: str | None = None
    withdraws: Ref | None = None
