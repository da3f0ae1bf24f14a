"""Two published plans, and what is certainly wider in the second.

Only what can be told by looking at two values: a higher limit, an action more, a rule that is gone
or says something else. What is not found here may be wider all the same. What is found here, the
code that compares plans calls weaker too: otherwise honest releases would not verify.
"""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.plan_bundle import parse_bundle
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.verify.erasures import PlanOf
from watchkeeper.verify.release.wider.bounds import wider_budgets
from watchkeeper.verify.release.wider.grants import wider_grants
from watchkeeper.verify.release.wider.guards import wider_guards
from watchkeeper.verify.release.wider.policies import wider_policies
from watchkeeper.verify.release.wider.reach import wider_reach
from watchkeeper.verify.release.wider.said import Wider

__all__ = ["Wider", "plan_at", "wider_between"]


def plan_at(plan_of: PlanOf, digest: str | None) -> Bundle | None:
    """Return a published plan; None where it is not at hand or does not parse."""
    raw = None if digest is None else plan_of(digest)
    if raw is None or sha256_hex(raw) != digest:
        return None
    try:
        return parse_bundle(raw)
    except RecordInvalid:
        return None  # what is wrong with the plan itself, step 12 says


def wider_between(before: Bundle, after: Bundle) -> Iterator[Wider]:
    """Yield what is certainly wider in one plan than in the one before it."""
    for compare in (wider_grants, wider_policies, wider_budgets, wider_reach, wider_guards):
        yield from compare(before, after)
