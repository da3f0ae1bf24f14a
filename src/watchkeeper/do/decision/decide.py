"""How an action becomes allow, block or escalate (decision semantics, 4).

`decide` is a pure function of the released plan, the request and the facts (I4). Its steps stand
here in the order in which they decide.
"""

from __future__ import annotations


from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from watchkeeper.do.decision.context import Context, build_context
from watchkeeper.do.encode.encoder import Encoded, Unencodable
from watchkeeper.do.decision.enforcer import Enforcer, ToolEntry
from watchkeeper.do.decision.engine import Findings
from watchkeeper.do.decision.facts import Facts
from watchkeeper.do.decision.limits import charge_of, failed_limits
from watchkeeper.do.decision.request import Request
from watchkeeper.records.action import Decision, GrantUsed, Outcome, Reason
from watchkeeper.records.bundle import Grant, PolicyKind, System

CALL_METHOD = "tools/call"


@dataclass(frozen=True, slots=True)
class ReviewNeed:
    """Who must approve before the action may be decided again, and until when.

    `roles` names a role as often as different people with it are needed; `approvals` is how many
    different people in all.
    """

    reviews: tuple[str, ...]
    roles: tuple[str, ...]
    approvals: int
    expires_seconds: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and what explains it. `part` is what a replay must reproduce (I4)."""

    part: Decision
    why: str
    system: System | None = None
    entry: ToolEntry | None = None
    encoded: Encoded | None = None
    grants: tuple[GrantUsed, ...] = ()
    charges: tuple[tuple[str, Decimal], ...] = ()
    need: ReviewNeed | None = None
    would: Decision | None = None
    shown_facts: str = ""


def precheck(enforcer: Enforcer, request: Request) -> Decided | None:
    """Return the block that needs no fact from outside, or None if facts are worth reading.

    The checks of step 1 that concern the request alone, and whether any permit's scope matches.
    """
    found = _known(enforcer, request)
    if isinstance(found, Decided):
        return found
    system, entry, _ = found
    return _hopeless(enforcer, request, system, entry)


def decide(enforcer: Enforcer, request: Request, facts: Facts) -> Decided:
    """Decide one action."""
    found = _known(enforcer, request, facts)
    if isinstance(found, Decided):
        return found
    system, entry, encoded = found
    action, agent = entry.action, request.call.agent
    hopeless = _hopeless(enforcer, request, system, entry)
    if hopeless is not None:
        return hopeless
    context = build_context(enforcer, entry, encoded, facts, enforcer.grants(agent, action))
    if isinstance(context, str):
        return _block(enforcer, Reason.COULD_NOT_EVALUATE, context, system, entry)
    policies = enforcer.policies[system.id]
    observed = policies.observed(action, facts.at)
    everything = _judge(enforcer, request, facts, (system, entry, encoded), context)
    if not observed:
        return everything
    enforced = _judge(enforcer, request, facts, (system, entry, encoded), context, observed)
    return _with_would(enforced, everything)


def _hopeless(
    enforcer: Enforcer, request: Request, system: System, entry: ToolEntry
) -> Decided | None:
    """Block where facts would have to be read and no permit's scope matches.

    Without declared sources the engine is asked all the same, so that a hard rule is named.
    """
    policies = enforcer.policies[system.id]
    if not entry.tool.facts or policies.may_permit(request.call.agent, entry.action):
        return None
    why = "no permit names this agent and tool"
    return _block(enforcer, Reason.NO_AUTHORITY, why, system, entry)


def _known(
    enforcer: Enforcer, request: Request, facts: Facts | None = None
) -> Decided | tuple[System, ToolEntry, Encoded]:
    """Step 1 without the engine: is this a valid request by a known agent for a known tool?"""
    call = request.call
    system = enforcer.system_of(call.agent)
    entry = enforcer.tool(call.server, call.tool)

    def block(reason: Reason, why: str) -> Decided:
        return _block(enforcer, reason, why, system, entry)

    if enforcer.agent(call.agent) is None:
        return block(Reason.UNKNOWN_AGENT, "the agent is not in the plan")
    if system is None or system.id not in enforcer.policies:
        return block(Reason.UNKNOWN_SYSTEM, "the agent's system has no policies")
    if not system.in_scope:
        return block(Reason.OUT_OF_SCOPE, "the agent's system is out of scope")
    if facts is not None and facts.refused is not None:
        return block(facts.refused, facts.refused_why)
    if request.problem is not None:
        return block(Reason.INVALID_REQUEST, request.problem)
    if call.method != CALL_METHOD:
        if enforcer.lets_through(system, call.server, call.method):
            part = Decision(Outcome.ALLOW, (Reason.PERMITTED,))
            return Decided(part, "the tool file names the method", system)
        return block(Reason.UNKNOWN_METHOD, "the method is not let through")
    if entry is None or call.server not in system.servers:
        return block(Reason.UNKNOWN_TOOL, "the tool is not in the plan")
    if facts is not None and facts.pin is None:
        return block(Reason.COULD_NOT_EVALUATE, "the tool's definition could not be read")
    if facts is not None and facts.pin != entry.tool.pin:
        return block(Reason.PIN_MISMATCH, "the tool is not the one that was released")
    problem = entry.check.check(call.arguments)
    if problem is not None:
        return block(Reason.INVALID_REQUEST, problem)
    encoded = entry.encoder.encode(call.arguments)
    if isinstance(encoded, Unencodable):
        return block(Reason.INVALID_REQUEST, f"{encoded.path}: {encoded.why}")
    return system, entry, encoded


def _judge(
    enforcer: Enforcer,
    request: Request,
    facts: Facts,
    known: tuple[System, ToolEntry, Encoded],
    context: Context,
    without: tuple[str, ...] = (),
) -> Decided:
    """Steps 1 (the engine's part) to 5."""
    system, entry, encoded = known
    agent = request.call.agent
    found = enforcer.policies[system.id].ask(
        agent, entry.action, context.resource, context.cedar, without
    )
    grants = enforcer.grants(agent, entry.action)

    def decided(
        outcome: Outcome, reason: Reason, policies: tuple[str, ...], why: str, **more: Any
    ) -> Decided:
        controls = enforcer.controls_of(policies)
        if reason is Reason.NO_AUTHORITY:
            controls = tuple(sorted({grant.control for grant in grants}))
        part = Decision(outcome, (reason,), policies, controls, found.errors)
        return Decided(part, why, system, entry, encoded, shown_facts=context.shown_facts, **more)

    if found.failed is not None:
        return _block(enforcer, Reason.ENGINE_FAILED, found.failed, system, entry)
    hard = tuple(sorted({*found.forbids, *_of_kind(enforcer, found.errors, PolicyKind.FORBID)}))
    if hard:
        return decided(Outcome.BLOCK, Reason.FORBIDDEN, hard, "a hard rule forbids it")
    if not found.permits:
        used, why = _limits_that_failed(grants, facts, encoded)
        return decided(Outcome.BLOCK, Reason.NO_AUTHORITY, (), why, grants=used)
    reviews = tuple(sorted({*found.reviews, *_of_kind(enforcer, found.errors, PolicyKind.REVIEW)}))
    if reviews and not _covered(enforcer, reviews, facts, context):
        if facts.pending_full:
            why = "too many of the agent's actions wait for approval"
            return _block(enforcer, Reason.TOO_MANY_PENDING, why, system, entry)
        need = review_need(enforcer, reviews)
        why = "a person must approve it"
        return decided(Outcome.ESCALATE, Reason.REVIEW_REQUIRED, reviews, why, need=need)
    satisfied = _satisfied_grants(enforcer, found, grants)
    charges = tuple((grant.id, charge_of(grant, encoded) or Decimal(0)) for grant in satisfied)
    return decided(
        Outcome.ALLOW,
        Reason.PERMITTED,
        found.permits,
        "a permit covers it",
        grants=tuple(_used(grant, facts, encoded) for grant in satisfied),
        charges=charges,
    )


def review_need(enforcer: Enforcer, reviews: tuple[str, ...]) -> ReviewNeed:
    """Join what several reviews ask for: every role of each, the shortest expiry."""
    roles: dict[str, int] = {}
    approvals = 1
    expiry = []
    for policy in (enforcer.policy(review) for review in reviews):
        alone = policy.approvals if len(policy.escalate_to) == 1 else 1
        for role in policy.escalate_to:
            roles[role] = max(roles.get(role, 0), alone)
        approvals = max(approvals, policy.approvals)
        expiry.append(policy.expires_seconds)
    named = tuple(role for role in sorted(roles) for _ in range(roles[role]))
    return ReviewNeed(reviews, named, max(approvals, len(named)), min(expiry))


def covers(need: ReviewNeed, verdicts: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether (reviewer, role) verdicts are enough: N of M means N different people."""
    by_role: dict[str, set[str]] = {}
    for reviewer, role in verdicts:
        by_role.setdefault(role, set()).add(reviewer)
    people = {reviewer for reviewer, _ in verdicts}
    enough = all(len(by_role.get(role, ())) >= need.roles.count(role) for role in need.roles)
    return enough and len(people) >= need.approvals


def _covered(
    enforcer: Enforcer, reviews: tuple[str, ...], facts: Facts, context: Context
) -> bool:
    """An approval holds for the reviews and the facts that the reviewers saw, and no others."""
    approval = facts.approval
    if approval is None or not set(reviews) <= set(approval.reviews):
        return False
    if approval.facts != context.shown_facts:
        return False
    verdicts = tuple((verdict.reviewer, verdict.role) for verdict in approval.verdicts)
    return covers(review_need(enforcer, reviews), verdicts)


def _of_kind(enforcer: Enforcer, ids: tuple[str, ...], kind: PolicyKind) -> list[str]:
    return [policy for policy in ids if enforcer.policy(policy).kind is kind]


def _satisfied_grants(
    enforcer: Enforcer, found: Findings, grants: tuple[Grant, ...]
) -> tuple[Grant, ...]:
    named = {enforcer.policy(permit).grant for permit in found.permits}
    return tuple(grant for grant in grants if grant.id in named)


def _used(grant: Grant, facts: Facts, encoded: Encoded, failed: tuple[str, ...] = ()) -> GrantUsed:
    amount = charge_of(grant, encoded)
    windows = facts.budgets.get(grant.id, ())
    return GrantUsed(
        grant.id,
        satisfied=not failed,
        failed=failed,
        amount=None if amount is None else str(amount),
        count_before=windows[0].count if windows else None,
        sum_before=windows[0].sum if windows else None,
    )


def _limits_that_failed(
    grants: tuple[Grant, ...], facts: Facts, encoded: Encoded
) -> tuple[tuple[GrantUsed, ...], str]:
    used = []
    for grant in grants:
        failed = failed_limits(grant, facts, encoded)
        used.append(_used(grant, facts, encoded, failed or ("a condition of the grant",)))
    if not used:
        return (), "no grant or permit covers it"
    return tuple(used), "it is beyond the limits of " + ", ".join(sorted(g.grant for g in used))


def _with_would(enforced: Decided, everything: Decided) -> Decided:
    """Observed policies do not decide; what they would have done is recorded (section 8)."""
    if enforced.part == everything.part:
        return enforced
    return Decided(
        enforced.part,
        enforced.why,
        enforced.system,
        enforced.entry,
        enforced.encoded,
        enforced.grants,
        enforced.charges,
        enforced.need,
        everything.part,
        enforced.shown_facts,
    )


def _block(
    enforcer: Enforcer,
    reason: Reason,
    why: str,
    system: System | None,
    entry: ToolEntry | None,
) -> Decided:
    part = Decision(Outcome.BLOCK, (reason,), (), enforcer.built_in_controls(reason))
    return Decided(part, why, system, entry)
