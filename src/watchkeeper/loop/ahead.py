"""How far a plan lets a reviewer approve ahead, over all the reviews of an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.state.parts import Standings
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.errors import LedgerError
from watchkeeper.loop.home import Home
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.policies import REQUIRED
from watchkeeper.records.reference import Ref

_HOLDS = frozenset({Waiting.PENDING, Waiting.APPROVED, Waiting.RELEASED})


@dataclass(frozen=True, slots=True)
class RuleAhead:
    """The narrowest of what each review lets be: so many, within so long, up to these caps."""

    count: int
    within_seconds: int
    most: Mapping[str, str]

    def since(self, now: Instant) -> Instant:
        """Return from when on earlier ones count."""
        return now.plus(-self.within_seconds)


@dataclass(frozen=True, slots=True)
class Offer:
    """An approval of somebody's that they may turn into a standing one.

    `left` is how many they may still approve ahead of these; `resource` is the digest in the
    record of what it acts on, None where it names nothing or can not be read back.
    """

    handle: str
    approval: Ref
    role: str
    reviews: tuple[str, ...]
    agent: str
    action: str
    plan: str
    left: int
    within_seconds: int
    most: Mapping[str, str]
    resource: str | None
    sentence: str


def offers_of(home: Home, person: str) -> list[Offer]:
    """Return what a person approved under the plan in force and may approve more of, oldest first.

    Only what they approved themselves, in a role of theirs, and did not turn into one before.
    """
    found = (_offer(home, person, pending) for pending in home.state.pending.approved_of(person))
    return [offer for offer in found if offer is not None]


def offer_on(home: Home, person: str, handle: str) -> Offer | None:
    """Return the same for one action, None where there is nothing to offer."""
    pending = home.state.pending.by_handle(handle)
    return None if pending is None else _offer(home, person, pending)


def _offer(home: Home, person: str, pending: Pending) -> Offer | None:
    state, now = home.state, home.now()
    given = next((v for v in pending.verdicts if v.reviewer == person), None)
    if given is None or given.stands_in_for or not state.authority.holds(person, given.role):
        return None
    if pending.state not in _HOLDS or pending.plan != state.plan or not home.has_plan:
        return None
    standings, rule = state.part(Standings), rule_ahead(home.enforcer, pending.reviews)
    if isinstance(rule, str) or standings.made_of(given.ref):
        return None
    left = rule.count - standings.spent(person, pending, rule.since(now), now)
    shown = home.shown(pending) or {}
    return (
        Offer(
            handle=pending.handle,
            approval=given.ref,
            role=given.role,
            reviews=pending.reviews,
            agent=pending.agent,
            action=pending.action,
            plan=pending.plan,
            left=left,
            within_seconds=rule.within_seconds,
            most=rule.most,
            resource=_resource(home, pending),
            sentence=str(shown.get("filled") or shown.get("sentence") or ""),
        )
        if left > 0
        else None
    )


def _resource(home: Home, pending: Pending) -> str | None:
    try:
        decision: DecisionRecord = home.log.entry(pending.decision).record.predicate
    except LedgerError:
        return None
    return decision.resource.digest if decision.resource else None


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
