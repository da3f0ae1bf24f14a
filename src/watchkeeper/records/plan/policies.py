"""Policies of the plan, and how far a review lets somebody approve ahead."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.records.codec import Json

AUTHOR, GRANTOR = "author", "grantor"
"""Whom a review may keep from approving: who wrote it last, who gave its grant."""


REQUIRED = "required"


class PolicyKind(enum.StrEnum):
    """The three kinds of policy, kept in files of their own (decision semantics, 3)."""

    PERMIT = "permit"
    FORBID = "forbid"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class StandingRule:
    """How far a reviewer may approve ahead: `count` actions within `within_seconds`.

    `most` are the highest caps that such an approval may name, by argument, as decimals; it has to
    name each of them.
    """

    count: int
    within_seconds: int
    most: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, with our own id.

    `body` is its Cedar JSON (EST) form without annotations. `actions` are the actions that its
    scope names with `==`, or the members of what it names with `in`, already resolved to
    `server/tool`; None means every action of its system. `observe_until` is an RFC 3339 time.
    Of a review, `separate` says who may not approve (`author`, `grantor`) and `reason` is
    `required` where an approval needs one; with `standing` a reviewer may approve ahead.
    """

    id: str
    system: str
    kind: PolicyKind
    control: str
    body: Json
    text: str
    actions: tuple[str, ...] | None = None
    escalate_to: tuple[str, ...] = ()
    approvals: int = 1
    expires_seconds: int = 14_400
    grant: str | None = None
    observe_until: str | None = None
    separate: tuple[str, ...] = ()
    reason: str | None = None
    standing: StandingRule | None = None
