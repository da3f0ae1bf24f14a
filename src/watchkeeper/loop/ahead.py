"""How far a plan lets a reviewer approve ahead, over all the reviews of an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.records.bundle import REQUIRED


@dataclass(frozen=True, slots=True)
class RuleAhead:
    """The narrowest of what each review lets be: so many, within so long, up to these caps."""

    count: int
    within_seconds: int
    most: Mapping[str, str]


def rule_ahead(enforcer: Enforcer, reviews: Sequence[str]) -> RuleAhead | str:
    """Return what the plan lets be approved ahead on all of these reviews, or why nothing."""
    policies = [enforcer.policy(review) for review in reviews]
    rules = [policy.standing for policy in policies if policy.standing is not None]
    if not rules or len(rules) < len(policies):
        return "not every review that asked for this has `standing`"
    if any(policy.reason == REQUIRED for policy in policies):
        return "each approval needs a reason of its own"
    most: dict[str, str] = {}
    for rule in rules:
        for argument, cap in rule.most.items():
            most[argument] = min(most.get(argument, cap), cap, key=Decimal)
    return RuleAhead(
        min(rule.count for rule in rules), min(rule.within_seconds for rule in rules), most
    )
