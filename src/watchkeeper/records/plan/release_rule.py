"""Who has to approve a plan before it is released, and what an emergency may do without them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

ALWAYS, WEAKER = "always", "weaker"
"""When an approval is needed: for each release, or for one that weakens something."""
RELEASER = "releaser"
"""Beside `author`: who releases may not be one of those who approve."""


@dataclass(frozen=True, slots=True)
class NeededApproval:
    """So many different holders of a role must approve; `when` is `always` or `weaker`."""

    role: str
    count: int = 1
    when: str = ALWAYS


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """What a release under this plan takes: the rule of the plan in force counts, not of the next.

    A holder of `exceptions` may let a release pass that widens authority while an assessment is
    stale. A holder of `emergency_role` may release without the approvals; a review is then due
    within `review_within_seconds`. `separate` says who may not approve: `author`, `releaser`.
    """

    approvals: tuple[NeededApproval, ...] = ()
    exceptions: str | None = None
    emergency_role: str | None = None
    review_within_seconds: int | None = None
    separate: tuple[str, ...] = ()


def excepting_role(rule: ReleaseRule | None) -> str:
    """Return whose holders may let authority widen while an assessment is stale."""
    return (rule.exceptions if rule else None) or "release"


def needed_by(rule: ReleaseRule | None, *, weaker: bool) -> Counter[str]:
    """Return how many different holders of each role must approve; `weaker`: of a weakening."""
    found: Counter[str] = Counter()
    for one in rule.approvals if rule else ():
        if one.when == ALWAYS or weaker:
            found[one.role] += one.count
    return found


def kept_roles(rule: ReleaseRule) -> tuple[str, ...]:
    """Return the roles that an emergency leaves alone: who has a word in releases, or calls one."""
    named = {excepting_role(rule), rule.emergency_role or "release", "release"}
    return tuple(sorted({*reviewing_roles(rule), *named}))


def reviewing_roles(rule: ReleaseRule | None) -> tuple[str, ...]:
    """Return whose holders may look at an emergency afterwards: those who would have approved."""
    return tuple(sorted({one.role for one in rule.approvals} if rule else ())) or ("release",)
