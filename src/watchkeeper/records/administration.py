"""What is said about the home, the plan, stops, tokens and the clock."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.records.action import Hidden
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Passkey, Signature
from watchkeeper.records.plan.release_rule import ReleaseRule, reviewing_roles
from watchkeeper.records.plan.systems import Application, Stage
from watchkeeper.records.plan_verdict import Emergency, OpenReview
from watchkeeper.records.reference import Ref


class ScopeKind(enum.StrEnum):
    """What a stop takes hold of."""

    AGENT = "agent"
    SYSTEM = "system"
    TOOL = "tool"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class StopScope:
    """What a stop takes hold of; `name` is empty for `all`; a tool is `server/tool`."""

    kind: ScopeKind
    name: str = ""

    def holds(self, agent: str, system: str, action: str) -> bool:
        """Tell whether it takes hold of an agent's action; `action` is `server/tool`."""
        named = {ScopeKind.AGENT: agent, ScopeKind.SYSTEM: system, ScopeKind.TOOL: action}
        return named.get(self.kind, "") == self.name


@dataclass(frozen=True, slots=True)
class Carried:
    """What a shard takes over from the one before, so that it can be read alone.

    `since` and `until` are the times of that shard's first and last record; `state` is the
    SHA-256 of the home's state, whose JSON is the genesis' payload under `state`; the plan in
    force stands there under `bundle`. `by` is who ended the shard, whose `signature` covers a
    `Command` with verb `roll` for the shard before; empty where the plan's limits ended it.
    `registered` are the passkeys that records named, beside those of the plan, and `revoked` the
    ids of those that count no more. `rule` is what the next release takes, and `emergencies` are
    the releases that nobody has looked at yet.
    """

    since: Instant
    until: Instant
    state: str
    plan: str | None = None
    released_by: str = ""
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stops: tuple[StopScope, ...] = ()
    by: str = ""
    signature: Signature | None = None
    passkeys: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    console: str | None = None
    registered: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    revoked: tuple[str, ...] = ()
    written_by: Mapping[str, str] = field(default_factory=dict)
    applications: tuple[Application, ...] = ()
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rule: ReleaseRule | None = None
    emergencies: tuple[OpenReview, ...] = ()


@dataclass(frozen=True, slots=True)
class GenesisRecord:
    """The first record of a log.

    `record_keys` maps key ids to raw Ed25519 public keys in base64; `log_key` is the C2SP
    verifier key line of the log; `first_release` maps the people who may sign the first
    release to their public keys in base64; `predecessor` is the final checkpoint of the shard
    before, and `carried` what was taken over from it. `recall` says which secret the home has by
    which retries are recognised, without giving it away; a record without it is older than that.
    """

    at: Instant
    origin: str
    shard: int
    format: int
    stage: Stage
    record_keys: Mapping[str, str]
    log_key: str
    first_release: Mapping[str, tuple[str, ...]]
    predecessor: str | None = None
    carried: Carried | None = None
    recall: str | None = None


@dataclass(frozen=True, slots=True)
class PlanReleaseRecord:
    """A plan that is in force from this record's index on.

    `plan` is the SHA-256 of the bundle (also the record's subject); `people` maps those who hold
    a role to their raw Ed25519 public keys in base64, `passkeys` to their passkeys, which count on
    pages of `console` (a URL; None is `http://localhost:8932`), `roles` maps roles to their
    holders: what later commands are checked against. `signature` covers a `Command` with verb
    `release` and body `{plan, previous}`, and `writtenBy` where another than the signer wrote what
    is new. `written_by` says who changed each review last that keeps its author from approving;
    `applications` are those of the plan, with their keys; `deputies` maps roles to those who may
    stand in for a holder who is away. `rule` is what the next release takes; `approvals` are the
    plan verdicts by which this one met the rule of the plan before, `exceptions` those that let it
    widen authority while an assessment is stale, and with `emergency` it met none; `touches` says
    in words what it bears on.
    """

    at: Instant
    plan: str
    previous: str | None
    released_by: str
    people: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]
    signature: Signature
    weakenings: tuple[str, ...] = ()
    strengthenings: tuple[str, ...] = ()
    passkeys: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    console: str | None = None
    written_by: Mapping[str, str] = field(default_factory=dict)
    applications: tuple[Application, ...] = ()
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rule: ReleaseRule | None = None
    approvals: tuple[Ref, ...] = ()
    exceptions: tuple[Ref, ...] = ()
    emergency: Emergency | None = None
    touches: tuple[str, ...] = ()

    def review(self, ref: Ref) -> OpenReview | None:
        """Return the look that is due after this release, which stands at `ref`."""
        if self.emergency is None:
            return None
        until = self.emergency.review_by
        # An emergency takes over the rule of the plan before.
        roles = reviewing_roles(self.rule)
        return OpenReview(self.plan, ref, until, self.released_by, self.previous, roles)


@dataclass(frozen=True, slots=True)
class StopRecord:
    """From this record's index on, nothing in scope is allowed."""

    at: Instant
    scope: StopScope
    by: str
    why: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class ResumeRecord:
    """Lifts the stop on exactly this scope."""

    at: Instant
    scope: StopScope
    by: str
    why: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A bearer token was made for an agent; the log holds only the SHA-256 of its 256 bits.

    `name` is what it is called when it is revoked; `on_behalf_of` is the person for whom the agent
    acts by it, as a digest: the body of the command holds that as `onBehalfOf`.
    """

    at: Instant
    agent: str
    name: str
    digest: str
    by: str
    signature: Signature
    on_behalf_of: Hidden | None = None


@dataclass(frozen=True, slots=True)
class TokenRevokedRecord:
    """A bearer token no longer counts."""

    at: Instant
    name: str
    by: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class ClockAcceptedRecord:
    """A person accepted the clock as it stands, after it went backwards or leapt."""

    at: Instant
    before: Instant
    by: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class RefusalsRecord:
    """Refusals of one agent that were counted and not recorded one by one."""

    at: Instant
    agent: str
    since: Instant
    counts: Mapping[str, int] = field(default_factory=dict)
