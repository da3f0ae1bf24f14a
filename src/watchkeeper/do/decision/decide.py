"""How an action becomes allow, block or escalate (decision semantics, 4).

`decide` is a pure function of the released plan, the request and the facts (I4). Step 1 stands in
`known`; steps 2 to 5 stand here in the order in which they decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from watchkeeper.do.decision.bounds.history import history_facts, shown_history
from watchkeeper.do.decision.bounds.shared import Share, charge, refusal, shared_facts, shares_of
from watchkeeper.do.decision.context import Context, Own, build_context
from watchkeeper.do.decision.enforcer import Enforcer, ToolEntry
from watchkeeper.do.decision.engine import Findings
from watchkeeper.do.decision.facts import Facts, LentFact, StandingFact
from watchkeeper.do.decision.known import (
    CALL_METHOD,
    Asked,
    Known,
    against,
    asked,
    encode,
    outside_mandate,
    within_mandate,
)
from watchkeeper.do.decision.limits import A_TASK, charge_of, failed_limits
from watchkeeper.do.decision.management import aims_facts
from watchkeeper.do.decision.request import Request
from watchkeeper.do.decision.review import ReviewNeed, Voice, review_need, voice
from watchkeeper.do.decision.standing import applying, completing, counting
from watchkeeper.do.encode.encoder import Encoded
from watchkeeper.records.action import Decision, GrantUsed, Outcome, Reason
from watchkeeper.records.plan.grants import Grant
from watchkeeper.records.plan.policies import PolicyKind
from watchkeeper.records.plan.systems import System


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and what explains it. `part` is what a replay must reproduce (I4).

    `standing` are the standing approvals that count for it; `reviews` the reviews that asked, where
    it is allowed by way of them.
    """

    part: Decision
    why: str
    system: System | None = None
    entry: ToolEntry | None = None
    encoded: Encoded | None = None
    grants: tuple[GrantUsed, ...] = ()
    need: ReviewNeed | None = None
    would: Decision | None = None
    shown_facts: str = ""
    standing: tuple[StandingFact, ...] = ()
    reviews: tuple[str, ...] = ()
    lent: tuple[LentFact, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything that steps 2 to 5 look at."""

    enforcer: Enforcer
    request: Request
    facts: Facts
    known: Known
    context: Context
    grants: tuple[Grant, ...]
    shares: tuple[Share, ...]


def precheck(enforcer: Enforcer, request: Request) -> Decided | Known:
    """Return the answer that needs no fact from outside, or what facts are worth reading for."""
    return _first_step(asked(enforcer, request, None))


def decide(
    enforcer: Enforcer, request: Request, facts: Facts, known_before: Known | None = None
) -> Decided:
    """Decide one action.

    `known_before` is what `precheck` found for this very enforcer and request, so that its
    arguments are not encoded twice.
    """
    question = asked(enforcer, request, facts)
    known = _first_step(question, known_before)
    if isinstance(known, Decided):
        return known
    grants = enforcer.grants(request.call.agent, known.entry.action)
    shares = _shares(question, known, facts)
    own = _own(enforcer, known, facts, shares)
    context = (
        own
        if isinstance(own, str)
        else build_context(known.entry, known.encoded, facts, grants, own)
    )
    if isinstance(context, str):
        return _block(question, Reason.COULD_NOT_EVALUATE, context)
    case = _Case(enforcer, request, facts, known, context, grants, shares)
    everything = _judge(question, case)
    observed = enforcer.policies[known.system.id].observed(known.entry.action, facts.at)
    if not observed:
        return everything
    # Observed policies do not decide; what they would have done is recorded (section 8).
    enforced = _judge(question, case, observed)
    same = enforced.part == everything.part
    return enforced if same else replace(enforced, would=everything.part)


def _shares(question: Asked, known: Known, facts: Facts) -> tuple[Share, ...]:
    call, action = question.request.call, known.entry.action
    budgets = question.enforcer.shared(call.agent, action)
    if not budgets:
        return ()
    money = known.entry.tool.money
    return shares_of(budgets, facts.shared, money, call.arguments, known.encoded)


def _own(enforcer: Enforcer, known: Known, facts: Facts, shares: tuple[Share, ...]) -> Own | str:
    """Return what only some plans look at: nothing else may stand in their contexts.

    Or why one of it could not be had.
    """
    system, action = known.system.id, known.entry.action
    own: dict[str, Any] = {}
    if enforcer.is_shared(system, action):
        own["shared"] = shared_facts(shares)
    if enforcer.mandated(system, action):
        own["mandate"] = {"covers": facts.mandate is not None and facts.mandate.covers}
    if enforcer.lendable(system, action):
        own["lent"] = sorted(fact.grant for fact in facts.lent if fact.covers)
    if enforcer.managed:
        if facts.aims is None:
            return "the state of the management system could not be had"
        own["aims"] = aims_facts(facts.aims)
    rules = enforcer.history(system, action)
    if not rules:
        return Own(own)
    found = history_facts(rules, facts.history)
    return found if isinstance(found, str) else Own(own | {"history": found}, shown_history(found))


def _first_step(question: Asked, known_before: Known | None = None) -> Decided | Known:
    found = against(question)
    is_call = question.request.call.method == CALL_METHOD
    if found is None and not is_call:
        found = outside_mandate(question)
    if found is not None:
        return _block(question, *found)
    if not is_call:
        part = Decision(Outcome.ALLOW, (Reason.PERMITTED,))
        return Decided(part, "the tool file names the method", question.system)
    known = within_mandate(question, known_before or encode(question))
    if not isinstance(known, Known):
        return _block(question, *known)
    policies = question.enforcer.policies[known.system.id]
    agent, action = question.request.call.agent, known.entry.action
    if known.entry.tool.facts and not policies.may_permit(agent, action):
        # No fact is read for what nothing can permit. Where none is declared the engine is asked
        # all the same, so that a hard rule is named.
        return _block(question, Reason.NO_AUTHORITY, "no permit names this agent and tool")
    return known


def _judge(question: Asked, case: _Case, without: tuple[str, ...] = ()) -> Decided:
    known, enforcer = case.known, case.enforcer
    found = enforcer.policies[known.system.id].ask(
        case.request.call.agent,
        known.entry.action,
        case.context.resource,
        case.context.cedar,
        without,
    )
    if found.failed is not None:
        return _block(question, Reason.ENGINE_FAILED, found.failed)
    hard = _with_errors(enforcer, found.forbids, found.errors, PolicyKind.FORBID)
    if hard:
        return _forbidden(case, found, hard)
    if not found.permits:
        return _no_authority(case, found)
    reviews = _with_errors(enforcer, found.reviews, found.errors, PolicyKind.REVIEW)
    ahead = _covered(case, reviews) if reviews else ()
    if ahead is None:
        return _escalate(question, case, found, reviews)
    part = _part(case, found, Outcome.ALLOW, Reason.PERMITTED, found.permits)
    named = {enforcer.policy(permit).grant for permit in found.permits}
    used = tuple(_used(case, grant) for grant in case.grants if grant.id in named)
    charged = (*used, *(charge(share) for share in case.shares))
    why = "a permit covers it"
    if ahead:
        why += f", and {' and '.join(one.reviewer for one in ahead)} approved it ahead"
    lent = _lent(case, found)
    decided = replace(_decided(case, part, why), grants=charged, lent=lent)
    return replace(decided, standing=ahead, reviews=reviews) if ahead else decided


def _lent(case: _Case, found: Findings) -> tuple[LentFact, ...]:
    """Return what other agents lent of that which permits the action."""
    named = {case.enforcer.policy(permit).grant for permit in found.permits}
    return tuple(fact for fact in case.facts.lent if fact.covers and fact.grant in named)


def _forbidden(case: _Case, found: Findings, hard: tuple[str, ...]) -> Decided:
    part = _part(case, found, Outcome.BLOCK, Reason.FORBIDDEN, hard)
    named = {case.enforcer.policy(policy).grant for policy in hard}
    spent = tuple(refusal(share) for share in case.shares if share.budget.name in named)
    why = "a hard rule forbids it"
    if spent and named == {use.grant for use in spent}:
        why = "it does not fit into " + ", ".join(sorted(use.grant for use in spent))
    return replace(_decided(case, part, why), grants=spent)


def _escalate(question: Asked, case: _Case, found: Findings, reviews: tuple[str, ...]) -> Decided:
    if case.facts.pending_full:
        why = "too many of the agent's actions wait for approval"
        return _block(question, Reason.TOO_MANY_PENDING, why)
    part = _part(case, found, Outcome.ESCALATE, Reason.REVIEW_REQUIRED, reviews)
    need = review_need(case.enforcer.policy(review) for review in reviews)
    ahead = counting(need, (), applying(case.facts.standing, reviews, case.known.encoded))
    decided = _decided(case, part, "a person must approve it")
    return replace(decided, need=need, standing=ahead, lent=_lent(case, found))


def _no_authority(case: _Case, found: Findings) -> Decided:
    """Outside every grant: name each grant whose scope matched, with the limit that failed."""
    used = tuple(
        _used(case, grant, _failed(case, grant) or ("a condition of the grant",))
        for grant in case.grants
    )
    # Where nothing but a task is missing, naming one would help.
    wanting = any(use.failed == (A_TASK,) for use in used)
    reason = Reason.NO_MANDATE if wanting else Reason.NO_AUTHORITY
    part = _part(case, found, Outcome.BLOCK, reason, ())
    controls = tuple(sorted({grant.control for grant in case.grants}))
    why = "no grant or permit covers it"
    if used:
        why = "it is beyond the limits of " + ", ".join(sorted(use.grant for use in used))
    return replace(_decided(case, replace(part, controls=controls), why), grants=used)


def _failed(case: _Case, grant: Grant) -> tuple[str, ...]:
    """Return which limits of a grant an action is beyond, that of what was lent first."""
    failed = failed_limits(grant, case.facts, case.known.encoded)
    if grant.agent == case.request.call.agent:
        return failed
    fact = next((fact for fact in case.facts.lent if fact.grant == grant.id), None)
    if fact is not None and fact.covers:
        return failed
    return (f"lent by {grant.agent}: {fact.why if fact else 'nothing'}", *failed)


def _covered(case: _Case, reviews: tuple[str, ...]) -> tuple[StandingFact, ...] | None:
    """Return the standing approvals that are needed beside the verdicts; None if it is not enough.

    An approval holds for the reviews and the facts that the reviewers saw, and no others.
    """
    approval, given = case.facts.approval, list[Voice]()
    if (
        approval is not None
        and set(reviews) <= set(approval.reviews)
        and approval.facts == case.context.shown_facts
    ):
        given = [voice(v.reviewer, v.role, v.stands_in_for, v.vouched) for v in approval.verdicts]
    need = review_need(case.enforcer.policy(review) for review in reviews)
    ahead = applying(case.facts.standing, reviews, case.known.encoded)
    return completing(need, given, ahead)


def _with_errors(
    enforcer: Enforcer, satisfied: tuple[str, ...], errors: tuple[str, ...], kind: PolicyKind
) -> tuple[str, ...]:
    """A forbid or review that errors counts as satisfied: Cedar itself would skip it."""
    erring = (policy for policy in errors if enforcer.policy(policy).kind is kind)
    return tuple(sorted({*satisfied, *erring}))


def _part(
    case: _Case, found: Findings, outcome: Outcome, reason: Reason, policies: tuple[str, ...]
) -> Decision:
    controls = case.enforcer.controls_of(policies)
    return Decision(outcome, (reason,), policies, controls, found.errors)


def _decided(case: _Case, part: Decision, why: str) -> Decided:
    known = case.known
    return Decided(
        part,
        why,
        known.system,
        known.entry,
        known.encoded,
        shown_facts=case.context.shown_facts,
    )


def _used(case: _Case, grant: Grant, failed: tuple[str, ...] = ()) -> GrantUsed:
    amount: Decimal | None = charge_of(grant, case.known.encoded)
    windows = case.facts.budgets.get(grant.id, ())
    return GrantUsed(
        grant.id,
        satisfied=not failed,
        failed=failed,
        amount=None if amount is None else str(amount),
        count_before=windows[0].count if windows else None,
        sum_before=windows[0].sum if windows else None,
    )


def _block(question: Asked, reason: Reason, why: str) -> Decided:
    controls = question.enforcer.built_in_controls(reason)
    part = Decision(Outcome.BLOCK, (reason,), (), controls)
    return Decided(part, why, question.system, question.entry)
