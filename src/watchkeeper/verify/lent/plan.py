"""What a released plan says of reviews: who must approve, and how far anybody may approve ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.records.plan.policies import GRANTOR
from watchkeeper.verify.erasures import PlanOf


@dataclass(frozen=True, slots=True)
class Review:
    """One review of a plan. `standing` is its rule as JSON, None where nobody may approve ahead."""

    roles: tuple[str, ...]
    approvals: int
    separate: tuple[str, ...]
    grantor: str | None
    standing: Mapping[str, Any] | None
    reason: str | None


class Reviews:
    """The reviews of each plan that is at hand, read once."""

    def __init__(self) -> None:
        self._read: dict[str, Mapping[str, Review] | None] = {}

    def of(self, plan: str, plan_of: PlanOf) -> Mapping[str, Review] | None:
        """Return the reviews of a plan by their ids, None where it is not at hand."""
        if plan not in self._read:
            self._read[plan] = _reviews(plan, plan_of(plan))
        return self._read[plan]


def _reviews(plan: str, raw: bytes | None) -> Mapping[str, Review] | None:
    if raw is None or sha256_hex(raw) != plan:
        return None
    try:
        bundle = parse_json_unverified(raw)
        grantors = {grant["id"]: grant["grantedBy"] for grant in bundle["grants"]}
        return {
            one["id"]: Review(
                tuple(one.get("escalateTo", ())),
                one.get("approvals", 1),
                tuple(one.get("separate", ())),
                grantors.get(one.get("grant")),
                one.get("standing"),
                one.get("reason"),
            )
            for one in bundle["policies"]
            if one["kind"] == "review"
        }
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return None  # what is wrong with the plan itself, step 12 says


def seats(reviews: Sequence[Review]) -> tuple[list[str], int]:
    """Return the roles that must approve, as often as people of them, and how many people."""
    roles: dict[str, int] = {}
    for review in reviews:
        alone = review.approvals if len(review.roles) == 1 else 1
        for role in review.roles:
            roles[role] = max(roles.get(role, 0), alone)
    named = [role for role, count in roles.items() for _ in range(count)]
    return named, max(len(named), *(review.approvals for review in reviews))


def kept_out(
    names: Sequence[str], reviews: Mapping[str, Review], wrote: Mapping[str, str]
) -> set[str]:
    """Return the people whom these reviews keep from approving."""
    authors = {wrote[name] for name in names if name in wrote}
    grantors = {
        review.grantor
        for review in (reviews[name] for name in names)
        if GRANTOR in review.separate and review.grantor is not None
    }
    return authors | grantors
