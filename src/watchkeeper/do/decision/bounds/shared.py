"""Budgets that agents share: what an action would add to each, and whether it fits.

The engine decides by the same caps, compiled to hard rules; here are the facts that it is given,
what is charged, and the words for what does not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from watchkeeper.do.decision.bounds.money import MOST, Worth, worth_of
from watchkeeper.do.decision.facts import BudgetFact
from watchkeeper.do.decision.limits import render_number
from watchkeeper.do.encode.encoder import Encoded
from watchkeeper.records.action import GrantUsed
from watchkeeper.records.plan.bounds import Budget, Money, SharedBudget


@dataclass(frozen=True, slots=True)
class Share:
    """What one action would take of one budget.

    `used` is what the window held before it, None where nobody knows; `amount` is what it adds to
    the sum, None where the budget has none; `against` says why it can not be added up.
    """

    budget: SharedBudget
    used: BudgetFact | None
    amount: Decimal | None = None
    against: str = ""


def shares_of(
    budgets: Iterable[SharedBudget],
    held: Mapping[str, BudgetFact],
    money: Money | None,
    arguments: Mapping[str, Any],
    encoded: Encoded,
) -> tuple[Share, ...]:
    """Return what an action would take of each budget whose scope it is in."""
    found = []
    for budget in budgets:
        used = held.get(budget.id)
        if budget.currency is None:
            found.append(Share(budget, used))
            continue
        worth = worth_of(money, arguments, encoded)
        found.append(_share(budget, used, worth))
    return tuple(found)


def _share(budget: SharedBudget, used: BudgetFact | None, worth: Worth | str) -> Share:
    if isinstance(worth, str):
        return Share(budget, used, against=worth)
    if worth.currency != budget.currency:
        return Share(budget, used, against=f"it is not in {budget.currency}")
    if used is not None and Decimal(used.sum) + worth.amount > MOST:
        return Share(budget, used, against="the sum is too large")
    return Share(budget, used, worth.amount)


def shared_facts(shares: Iterable[Share]) -> dict[str, Any]:
    """Return `context.facts.shared`: each window as it would stand after this action.

    What can not be added up is left out, and the rule of its budget then forbids the action.
    """
    found: dict[str, Any] = {}
    for share in shares:
        if share.used is None or share.against:
            continue
        after: dict[str, Any] = {"count": share.used.count + 1}
        if share.amount is not None:
            after["sum"] = render_number(Decimal(share.used.sum) + share.amount)
        found[share.budget.id] = after
    return found


def charge(share: Share) -> GrantUsed:
    """Return what an allowed action is charged to a budget."""
    return _used(share, ())


def refusal(share: Share) -> GrantUsed:
    """Return why a budget forbids an action."""
    return _used(share, failed_shares(share) or ("a condition of the budget",))


def failed_shares(share: Share) -> tuple[str, ...]:
    """Return in words which caps of a budget an action would pass."""
    if share.used is None:
        return ("what it holds is not known",)
    if share.against:
        return (share.against,)
    cap, failed = share.budget.budget, []
    if cap.count is not None and share.used.count + 1 > cap.count:
        failed.append(f"at most {cap.count} actions {window_words(cap)}, of all that share it")
    if cap.sum is not None and Decimal(share.used.sum) + (share.amount or 0) > Decimal(cap.sum):
        failed.append(
            f"at most {share.budget.currency} {cap.sum} {window_words(cap)}, of all that share it"
        )
    return tuple(failed)


def window_words(budget: Budget) -> str:
    """Return a window in words: `a day in Europe/Berlin`."""
    if budget.zone is None:
        return f"in {budget.seconds} s"
    if budget.calendar is not None:
        return f"a {budget.calendar.value} in {budget.zone}"
    days = max(1, budget.seconds // 86_400)
    return f"a day in {budget.zone}" if days == 1 else f"in {days} days of {budget.zone}"


def _used(share: Share, failed: tuple[str, ...]) -> GrantUsed:
    return GrantUsed(
        share.budget.name,
        satisfied=not failed,
        failed=failed,
        amount=None if share.amount is None else str(share.amount),
        count_before=share.used.count if share.used else None,
        sum_before=share.used.sum if share.used and share.budget.currency else None,
        currency=share.budget.currency,
    )
