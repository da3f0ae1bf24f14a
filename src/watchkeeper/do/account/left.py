"""What is left of the budgets that an agent shares, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import BudgetFact, Facts
from watchkeeper.records.action import GrantUsed
from watchkeeper.records.plan.bounds import Budget, SharedBudget


def shared_of(
    enforcer: Enforcer, facts: Facts, agent: str, action: str, used: tuple[GrantUsed, ...]
) -> list[dict[str, Any]]:
    """Say of each shared budget in whose scope an action is what is left of it before this."""
    by_name = {one.grant: one for one in used}
    return [
        _shared(budget, facts.shared.get(budget.id), by_name.get(budget.name))
        for budget in enforcer.shared(agent, action)
    ]


def _shared(
    budget: SharedBudget, held: BudgetFact | None, used: GrantUsed | None
) -> dict[str, Any]:
    return {
        "budget": budget.id,
        "currency": budget.currency,
        "amount": used.amount if used else None,
        "failed": list(used.failed) if used else [],
        "left": [] if held is None else left_words(budget.budget, budget.currency, held),
    }


def left_words(budget: Budget, currency: str | None, held: BudgetFact) -> list[str]:
    """Return what is left of each cap: `EUR 120.00 of 5,000.00 left today`."""
    when, found = _when(budget), []
    if budget.sum is not None:
        cap = Decimal(budget.sum)
        found.append(f"{currency} {money(cap - Decimal(held.sum))} of {money(cap)} left {when}")
    if budget.count is not None:
        left = budget.count - held.count
        found.append(f"{left:,} of {budget.count:,} actions left {when}")
    return found


def money(amount: Decimal) -> str:
    """Return an amount with its thousands apart and at least two places."""
    plain = amount.normalize()
    places = max(2, -int(plain.as_tuple().exponent))
    return f"{plain:,.{places}f}"


def _when(budget: Budget) -> str:
    days, rest = divmod(budget.seconds, 86_400)
    if budget.calendar is not None:
        return f"this {budget.calendar.value} in {budget.zone}"
    if budget.zone is not None:
        return f"today in {budget.zone}" if days == 1 else f"in {days} days of {budget.zone}"
    if not rest:
        return "in 24 hours" if days == 1 else f"in {days} days"
    return f"in {budget.seconds // 3600} h" if not rest % 3600 else f"in {budget.seconds} s"
