"""Approvals that hold for a while, and who stands in for whom: what people lend of their word."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.reference import Ref

LONGEST_STANDING = 604_800
"""The longest that a plan may let a reviewer approve ahead, in seconds: seven days."""
LONGEST_ABSENCE = 7_776_000
"""The longest that one absence may last, in seconds: ninety days."""


@dataclass(frozen=True, slots=True)
class ArgumentCap:
    """The most that a number among the arguments may be, inclusive, as a decimal.

    `argument` is a dotted path below `args`, or `derived.<name>`, as a grant's limits name it.
    """

    argument: str
    most: str


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """A reviewer approves the next actions like one that they approved, so many and until then.

    It counts as that reviewer's approval in `role` for actions of `agent` with `action`
    (`server/tool`), where no other review fires than `reviews`, every cap holds and, where
    `resource` is set, on the same resource as before. `resource` is the digest that stands in the
    decision on which `approval`, the reviewer's own verdict, was given. It holds under `plan`
    alone. `signature` covers a `Command` with verb `standing` and body `{id, role, reviews, agent,
    action, resource, caps, count, until, plan, from: {shard, index}}`. `keyed` binds the digest in
    the payload by which the home tells the resource again (`ledger.beside`).
    """

    at: Instant
    id: str
    by: str
    role: str
    reviews: tuple[str, ...]
    agent: str
    system: str
    action: str
    count: int
    until: Instant
    plan: str
    approval: Ref
    signature: Signature
    resource: str | None = None
    caps: tuple[ArgumentCap, ...] = ()
    keyed: str | None = None


@dataclass(frozen=True, slots=True)
class StandingEndedRecord:
    """A standing approval holds no more. `why` is the salted digest of the reason, or empty.

    `signature` covers a `Command` with verb `end-standing` and body `{id, reason}` by its maker or
    a holder of `operate`.
    """

    at: Instant
    id: str
    by: str
    why: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class AbsenceRecord:
    """A holder of a role is away from `since` to `until`; `deputy` stands in for them.

    The plan names who may be deputy of the role. `signature` covers a `Command` with verb `away`
    and body `{id, person, role, deputy, since, until}` by the holder, or by a holder of `operate`
    who is not the deputy.
    """

    at: Instant
    id: str
    person: str
    role: str
    deputy: str
    since: Instant
    until: Instant
    by: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class AbsenceEndedRecord:
    """Somebody is back before the date. `why` is the salted digest of the reason, or empty.

    `signature` covers a `Command` with verb `end-absence` and body `{id, reason}` by the one who
    was away, by who recorded it, or by a holder of `operate`.
    """

    at: Instant
    id: str
    by: str
    why: str
    signature: Signature
