"""A decision in words: one sentence for the agent, more for the operator (semantics, 4 and 10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from watchkeeper.do.account.left import shared_of
from watchkeeper.do.decision.decide import Decided
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import Facts
from watchkeeper.do.decision.limits import render_number
from watchkeeper.do.decision.request import Request
from watchkeeper.ledger.aims import management_words
from watchkeeper.records.action import GrantUsed, Outcome, Reason
from watchkeeper.records.codec import to_json
from watchkeeper.records.plan.bounds import SHARED

_MAY = {
    Outcome.ALLOW: "may",
    Outcome.BLOCK: "may not",
    Outcome.ESCALATE: "may only if approved",
}
_BY_POLICY = {Reason.FORBIDDEN, Reason.REVIEW_REQUIRED}
_TO_AGENT: dict[Reason, str] = {
    Reason.PERMITTED: "The action is permitted.",
    Reason.FORBIDDEN: "A rule forbids this action; nobody can approve it.",
    Reason.NO_AUTHORITY: "You have no authority for this action with these arguments.",
    Reason.REVIEW_REQUIRED: "A person must approve this action first.",
    Reason.INVALID_REQUEST: "The request is not valid.",
    Reason.UNKNOWN_AGENT: "You are not known here.",
    Reason.UNKNOWN_SYSTEM: "You are not known here.",
    Reason.UNKNOWN_TOOL: "There is no such tool for you.",
    Reason.UNKNOWN_METHOD: "This method is not let through.",
    Reason.OUT_OF_SCOPE: "You are not in scope here.",
    Reason.PIN_MISMATCH: "The tool is not the one that was released; it can not be called.",
    Reason.STOPPED: "Actions like this one are stopped for now.",
    Reason.COULD_NOT_EVALUATE: "A fact that the decision needs could not be had; try again later.",
    Reason.CLOCK_UNSURE: "The time is not sure; no action is possible until it is.",
    Reason.ENGINE_FAILED: "The action could not be decided.",
    Reason.TOO_MANY_PENDING: "Too many of your actions wait for approval.",
    Reason.TOO_MANY_REQUESTS: "Too many refused requests; slow down.",
    Reason.REFUSED_BY_REVIEWER: "A person refused this action.",
    Reason.EXPIRED: "Nobody approved this action in time.",
    Reason.VOIDED: "What this was allowed by no longer holds; ask again.",
    Reason.KEY_REUSED: "This idempotency key was used for another action.",
    Reason.KEY_EXPIRED: "This idempotency key is too old; it is not known what came of it.",
    Reason.EFFECT_UNKNOWN: "The outcome of this very action is not known yet; do not repeat it.",
    Reason.LOG_UNAVAILABLE: "Nothing can be recorded now, so nothing can be done.",
    Reason.NOT_PUBLISHED: "The record of the action was not published in time; nothing was done.",
    Reason.NO_MANDATE: "No task that covers this is open for you; name the one that is.",
    Reason.OUTSIDE_MANDATE: "The task that you named does not cover this action.",
    Reason.NOT_WITNESSED: "The record of the action was not witnessed in time; nothing was done.",
    Reason.PLANTED: "This action was made up to see whether people look; it is never done.",
}


def agent_sentence(reason: Reason, detail: str = "") -> str:
    """Return the one sentence that an agent is told; nothing of others, limits or internals.

    `detail` is only used for an invalid request: what is wrong with the agent's own arguments.
    """
    sentence = _TO_AGENT[reason]
    if reason is Reason.INVALID_REQUEST and detail:
        return f"{sentence[:-1]}: {detail}."
    return sentence


def operator_sentence(request: Request, decided: Decided, facts: Facts) -> str:
    """Return the sentence for the log's payload and the reviewer.

    Where a policy is against it, it ends with what of the management system counts.
    """
    by = ", ".join((*decided.part.policies, *(g.grant for g in decided.grants if g.failed)))
    text = f"{request.call.agent} {_MAY[decided.part.outcome]} call {request.action}: {decided.why}"
    text = f"{text} ({by})" if by else text
    said = "; ".join(_management(decided, facts))
    return f"{text}; {said}" if said and decided.part.reasons[0] in _BY_POLICY else text


def _management(decided: Decided, facts: Facts) -> tuple[str, ...]:
    if facts.aims is None or decided.system is None:
        return ()
    return management_words(decided.system.id, facts.aims.counting)


def explain(enforcer: Enforcer, facts: Facts, request: Request, decided: Decided) -> dict[str, Any]:
    """Return everything that explains a decision."""
    part = decided.part
    named = tuple(used.grant for used in decided.grants)
    return {
        "outcome": part.outcome.value,
        "reasons": [reason.value for reason in part.reasons],
        "toAgent": agent_sentence(part.reasons[0], decided.why),
        "toOperator": operator_sentence(request, decided, facts),
        "policies": list(part.policies),
        "controls": list(part.controls),
        "errors": list(part.errors),
        "grants": [_grant(enforcer, facts, used) for used in decided.grants if _is_own(used)],
        "shared": shared_of(enforcer, facts, request.call.agent, request.action, decided.grants),
        "facts": {read.source: read.failed or dict(read.values) for read in facts.read},
        "accountable": to_json(
            enforcer.accountable(part.policies, part.controls, named, decided.lent)
        ),
        "approvals": _approvals(decided),
        "standing": [
            {"id": one.id, "by": one.reviewer, "role": one.role} for one in decided.standing
        ],
        "verdicts": _verdicts(facts),
        **({} if facts.mandate is None else {"mandate": to_json(facts.mandate)}),
        **({"lent": [to_json(fact) for fact in facts.lent]} if facts.lent else {}),
        **({} if facts.aims is None else {"management": list(_management(decided, facts))}),
        "change": what_would_change(decided),
    }


def _is_own(used: GrantUsed) -> bool:
    return not used.grant.startswith(SHARED)


def _grant(enforcer: Enforcer, facts: Facts, used: GrantUsed) -> dict[str, Any]:
    """Say what a grant was asked for, and what is left of each of its budgets before this."""
    budgets = next((g.budgets for g in enforcer.bundle.grants if g.id == used.grant), ())
    held = facts.budgets.get(used.grant, ())
    return {
        "grant": used.grant,
        "satisfied": used.satisfied,
        "failed": list(used.failed),
        "amount": used.amount,
        "left": [
            {
                "seconds": budget.seconds,
                "count": None if budget.count is None else budget.count - window.count,
                "sum": None
                if budget.sum is None
                else render_number(Decimal(budget.sum) - Decimal(window.sum)),
            }
            for budget, window in zip(budgets, held, strict=False)
        ],
    }


def what_would_change(decided: Decided) -> str:
    """Say what would have to be different for the action to be allowed."""
    reason = decided.part.reasons[0]
    if reason is Reason.NO_AUTHORITY:
        failed = [f"{used.grant}: {limit}" for used in decided.grants for limit in used.failed]
        return "; ".join(failed) or "a grant or permit that names this agent and tool"
    if reason is Reason.REVIEW_REQUIRED and decided.need:
        return f"approval by {', '.join(decided.need.roles)}"
    if reason is Reason.FORBIDDEN and decided.grants:
        return "; ".join(f"{u.grant}: {limit}" for u in decided.grants for limit in u.failed)
    if reason is Reason.FORBIDDEN:
        return "a new release without " + ", ".join(decided.part.policies)
    return "" if decided.part.outcome is Outcome.ALLOW else decided.why


def _verdicts(facts: Facts) -> list[dict[str, Any]]:
    """Say whose verdicts it rests on, and for whom a deputy gave one."""
    given = facts.approval.verdicts if facts.approval else ()
    return [{"by": v.reviewer, "role": v.role, "standsInFor": v.stands_in_for} for v in given]


def _approvals(decided: Decided) -> dict[str, Any] | None:
    need = decided.need
    if need is None:
        return None
    return {
        "roles": list(need.roles),
        "people": need.approvals,
        "expiresSeconds": need.expires_seconds,
    }
