"""What happens to an action: the decision, its effect, or that it was voided."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.records.codec import Json
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref

NOT_RELEASED = "notReleased"
"""The name of an effect's result where the action was allowed and then held back."""


class Outcome(enum.StrEnum):
    """The three outcomes of a decision (decision semantics, 4)."""

    ALLOW = "allow"
    BLOCK = "block"
    ESCALATE = "escalate"


class Reason(enum.StrEnum):
    """Why: the closed set of reason codes (decision semantics, 10; `docs/concepts/reasons.md`)."""

    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"
    NO_AUTHORITY = "no-authority"
    REVIEW_REQUIRED = "review-required"
    INVALID_REQUEST = "invalid-request"
    UNKNOWN_AGENT = "unknown-agent"
    UNKNOWN_SYSTEM = "unknown-system"
    UNKNOWN_TOOL = "unknown-tool"
    UNKNOWN_METHOD = "unknown-method"
    OUT_OF_SCOPE = "out-of-scope"
    PIN_MISMATCH = "pin-mismatch"
    STOPPED = "stopped"
    COULD_NOT_EVALUATE = "could-not-evaluate"
    CLOCK_UNSURE = "clock-unsure"
    ENGINE_FAILED = "engine-failed"
    TOO_MANY_PENDING = "too-many-pending"
    TOO_MANY_REQUESTS = "too-many-requests"
    REFUSED_BY_REVIEWER = "refused-by-reviewer"
    EXPIRED = "expired"
    VOIDED = "voided"
    KEY_REUSED = "key-reused"
    KEY_EXPIRED = "key-expired"
    EFFECT_UNKNOWN = "effect-unknown"
    LOG_UNAVAILABLE = "log-unavailable"
    NOT_PUBLISHED = "not-published"
    NOT_WITNESSED = "not-witnessed"
    PLANTED = "planted"
    NO_MANDATE = "no-mandate"
    OUTSIDE_MANDATE = "outside-mandate"


class Boundary(enum.StrEnum):
    """How far an enforcement point makes the action impossible without us (design, 5)."""

    EXCLUSIVE = "exclusive"
    PERMIT_VERIFIED = "permit-verified"
    IN_PROCESS = "in-process"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision part: what a replay must reproduce to the byte (I4).

    Tuples are sorted, except that `reasons` has the reason that decided first.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    policies: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value that the log holds only as a digest, or in clear where the tool file says so.

    `digest` is HMAC-SHA-256 of the canonical value under a random 16-byte salt, in hex; salt and
    value stand in the payload under `name`. Exactly one of `digest` and `clear` is set.
    """

    name: str
    digest: str | None = None
    clear: Json = None


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A fact that policy could look at, where it came from and when it was read."""

    value: Hidden
    source: str
    read_at: Instant


@dataclass(frozen=True, slots=True)
class GrantUsed:
    """A grant whose scope matched: what it was charged, or which of its limits failed.

    `amount` is a decimal as a string in the grant's own unit, or in `currency` where the budget is
    one that is shared (`shared.<id>`); None where there is no sum;
    `count_before` and `sum_before` say what its window held before this action.
    """

    grant: str
    satisfied: bool
    failed: tuple[str, ...] = ()
    amount: str | None = None
    count_before: int | None = None
    sum_before: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Accountable:
    """Who answers for the decision: grantors, owners of the controls, who released the plan.

    `givers` are the agents that lent what was used.
    """

    grantors: tuple[str, ...] = ()
    control_owners: tuple[str, ...] = ()
    released_by: str = ""
    givers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """The enforcement point that decided, and its boundary."""

    kind: str
    boundary: Boundary


@dataclass(frozen=True, slots=True)
class Engine:
    """The policy engine and its version; a replay with another one says `engine-differs`."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """What an escalated action waits for. `shown` is the digest of what a reviewer is shown.

    `separate` says who must not decide on it: `author` of the review, `grantor` of its grant.
    `reason` is `required` where an approval needs one too. `words` is how much there is to read in
    what is shown, in tens of words (`ledger.reading`).
    """

    handle: str
    roles: tuple[str, ...]
    approvals: int
    expires: Instant
    shown: str
    separate: tuple[str, ...] = ()
    reason: str | None = None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class RetryKey:
    """A key by which a retry is recognised, as the record binds it.

    `digest` is that of its id, which stands in the payload with the salt. It counts for `seconds`;
    `refuse_after` says that a retry is refused for good once it no longer does.
    """

    digest: str
    seconds: int
    refuse_after: bool


@dataclass(frozen=True, slots=True)
class Tracked:
    """What binds the keys by which an allowed action counts for facts of what happened before.

    They stand in the payload as `tracked`, under a salt of that name, and count for `seconds`.
    """

    digest: str
    seconds: int


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision on an action. An action that is released after approval has two of them.

    `keys`, `same`, `shown_facts` and `tracked` bind what the payload says under these names
    (`ledger.beside`); a record without `same` is older than that, or a block, and binds none of
    them. `mandate` is the task that the call named, where it was open; `delegations` are those by
    which the agent had what it used, each with those that it rests on. `standing` are the standing
    approvals that count for it, `reviews` the reviews that asked for one; both are empty where none
    was needed.
    """

    at: Instant
    action_id: str
    decision: Decision
    agent: str
    system: str
    stage: Stage
    method: str
    server: str
    tool: str
    writes: bool
    point: Point
    engine: Engine
    plan: str
    accountable: Accountable
    duration_micros: int
    pin: str | None = None
    on_behalf_of: Hidden | None = None
    resource: Hidden | None = None
    resource_type: str | None = None
    arguments: tuple[Hidden, ...] = ()
    trace: tuple[Hidden, ...] = ()
    claimed: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[FactUsed, ...] = ()
    grants: tuple[GrantUsed, ...] = ()
    escalation: Escalation | None = None
    verdicts: tuple[Ref, ...] = ()
    escalated_by: Ref | None = None
    would: Decision | None = None
    keys: tuple[RetryKey, ...] = ()
    same: str | None = None
    shown_facts: str | None = None
    mandate: Ref | None = None
    tracked: Tracked | None = None
    standing: tuple[Ref, ...] = ()
    reviews: tuple[str, ...] = ()
    delegations: tuple[Ref, ...] = ()


class Status(enum.StrEnum):
    """How a released action ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ResolvedBy:
    """How an unknown effect was settled: by a declared read, or by a person who signs for it."""

    kind: str
    by: str
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class EffectRecord:
    """The one end of an allowed action (I2). `decision` is its allow record.

    `after_stop` is the stop that came while the action was under way.
    """

    at: Instant
    action_id: str
    decision: Ref
    status: Status
    started: Instant
    ended: Instant
    result: Hidden | None = None
    resolved_by: ResolvedBy | None = None
    after_stop: Ref | None = None

    @property
    def held_back(self) -> bool:
        """Whether the action was not released after all: it certainly had no effect."""
        held = self.result is not None and self.result.name == NOT_RELEASED
        return held and self.status is Status.FAILED


@dataclass(frozen=True, slots=True)
class VoidRecord:
    """A pending action that can no longer be released, and why."""

    at: Instant
    action_id: str
    decision: Ref
    why: Reason
