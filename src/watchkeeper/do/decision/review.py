"""What a review asks for, and whether verdicts are enough (decision semantics, 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watchkeeper.records.plan.policies import Policy


@dataclass(frozen=True, slots=True)
class ReviewNeed:
    """Who must approve before the action may be decided again, and until when.

    `roles` names a role as often as different people with it are needed; `approvals` is how many
    different people in all. `separate` says who may not be one of them; `reason` is `required`
    where an approval needs one.
    """

    reviews: tuple[str, ...]
    roles: tuple[str, ...]
    approvals: int
    expires_seconds: int
    separate: tuple[str, ...] = ()
    reason: str | None = None


def review_need(policies: Iterable[Policy]) -> ReviewNeed:
    """Join what several reviews ask for: every role of each, the shortest expiry.

    Whom one of them keeps out is kept out; a reason that one of them asks for is asked for.
    """
    fired = tuple(policies)
    roles: dict[str, int] = {}
    for policy in fired:
        alone = policy.approvals if len(policy.escalate_to) == 1 else 1
        for role in policy.escalate_to:
            roles[role] = max(roles.get(role, 0), alone)
    named = tuple(role for role in sorted(roles) for _ in range(roles[role]))
    return ReviewNeed(
        reviews=tuple(policy.id for policy in fired),
        roles=named,
        approvals=max(len(named), *(policy.approvals for policy in fired)),
        expires_seconds=min(policy.expires_seconds for policy in fired),
        separate=tuple(sorted({who for policy in fired for who in policy.separate})),
        reason="required" if any(policy.reason for policy in fired) else None,
    )


@dataclass(frozen=True, slots=True)
class Voice:
    """An approval that counts: who gave it, and in which role.

    `behind` is everybody who could have: the person, who vouched for the passkey, and for whom a
    deputy stands in.
    """

    person: str
    role: str
    behind: frozenset[str]


def voice(person: str, role: str, *others: str | None) -> Voice:
    """Return the voice of a person, behind which these others may stand, where there are any."""
    return Voice(person, role, frozenset({person, *(other for other in others if other)}))


def apart(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """Return those of which no two can come from one person: of any two such, the first."""
    kept: list[Voice] = []
    for one in voices:
        if not any(one.behind & other.behind for other in kept):
            kept.append(one)
    return tuple(kept)


def enough(need: ReviewNeed, voices: Iterable[Voice]) -> bool:
    """Tell whether voices are enough, each person counted once."""
    return covers(need, ((one.person, one.role) for one in apart(voices)))


def covers(need: ReviewNeed, verdicts: Iterable[tuple[str, str]]) -> bool:
    """Tell whether (reviewer, role) verdicts are enough: N of M means N different people."""
    by_role: dict[str, set[str]] = {}
    for reviewer, role in verdicts:
        by_role.setdefault(role, set()).add(reviewer)
    people = set().union(*by_role.values())
    enough = all(len(by_role.get(role, ())) >= need.roles.count(role) for role in need.roles)
    return enough and len(people) >= need.approvals
