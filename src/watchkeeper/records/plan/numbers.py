"""Numbers that plans and records write as decimal text: limits, sums, caps and amounts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchkeeper.records.plan.bundle import Bundle

_LONGEST = 64


def number(said: object) -> Decimal | None:
    """Return an integer, or a decimal text, as a number; None for what is none.

    Infinity is none, nor is what has more than 64 places: whatever is returned can be compared and
    added up.
    """
    if isinstance(said, bool) or not isinstance(said, int | str):
        return None
    text = str(said) if isinstance(said, str) or abs(said) < 10**_LONGEST else ""
    try:
        found = Decimal(text) if len(text) <= _LONGEST else Decimal("NaN")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= _LONGEST else None


def odd_numbers(plan: Bundle) -> Iterator[str]:
    """Yield what a plan says where a number must stand, and is none; the compiler writes none."""
    return (text for text in _numbers(plan) if number(text) is None)


def _numbers(plan: Bundle) -> Iterator[str]:
    for grant in plan.grants:
        for band in grant.bands:
            yield from (band.alone, band.least)
            yield from () if band.review is None else (band.review,)
        yield from grant.delegable.most.values() if grant.delegable else ()
    for policy in plan.policies:
        yield from policy.standing.most.values() if policy.standing else ()
    budgets = [*(one.budget for one in plan.shared_budgets)]
    budgets += [budget for grant in plan.grants for budget in grant.budgets]
    yield from (budget.sum for budget in budgets if budget.sum is not None)
