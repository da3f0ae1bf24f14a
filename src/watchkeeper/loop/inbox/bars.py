"""How much of an agent's budgets is used, its own and shared ones, and when room comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from watchkeeper.do.decision.limits import render_number
from watchkeeper.do.state.budget import Used, window_start
from watchkeeper.loop.standing import Standing
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import Budget, Calendar
from watchkeeper.records.plan.grants import Grant

COUNT = "actions"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bar:
    """One cap of one grant, or of a budget that agents share: what its window holds now.

    `grant` is `shared.<id>` where it is shared. `used` and `cap` are decimals as text, in `unit`:
    `actions`, the argument that is added up, or the currency. `seconds` is the window's length;
    `zone` is set where it is calendar days, or the `calendar`'s week or month, which begin again
    at `resets`. A rolling window never begins again: `resets` is None.
    """

    grant: str
    seconds: int
    used: str
    cap: str
    unit: str
    zone: str | None = None
    resets: Instant | None = None
    calendar: Calendar | None = None


def bars_of(home: Standing, agent: str, action: str | None, at: Instant) -> tuple[Bar, ...]:
    """Return every cap of an agent, or of those alone whose scope holds an action."""
    grants = (
        grant
        for grant in home.enforcer.bundle.grants
        if grant.agent == agent and (action is None or action in grant.actions)
    )
    own = [bar for grant in grants for bar in _of_grant(home, grant, at)]
    return (*own, *_of_shared(home, agent, action, at))


def _of_grant(home: Standing, grant: Grant, at: Instant) -> list[Bar]:
    held = home.state.budgets.used(grant.id, at)
    return [
        bar
        for budget, used in zip(grant.budgets, held, strict=False)
        for bar in _of_budget(grant.id, budget, used, at)
    ]


def _of_shared(home: Standing, agent: str, action: str | None, at: Instant) -> tuple[Bar, ...]:
    return tuple(
        bar
        for shared in home.enforcer.bundle.shared_budgets
        if agent in shared.agents and (action is None or action in shared.actions)
        for used in home.state.budgets.used(shared.account, at)
        for bar in _of_budget(
            shared.name, replace(shared.budget, argument=shared.currency), used, at
        )
    )


def _of_budget(grant: str, budget: Budget, used: Used, at: Instant) -> list[Bar]:
    resets = _resets(budget, at)
    window = (budget.zone, resets, budget.calendar)
    found = []
    if budget.count is not None:
        count = (str(used.count), str(budget.count), COUNT)
        found.append(Bar(grant, budget.seconds, *count, *window))
    if budget.sum is not None and budget.argument is not None:
        total = (render_number(used.sum), render_number(Decimal(budget.sum)), budget.argument)
        found.append(Bar(grant, budget.seconds, *total, *window))
    return found


def _resets(budget: Budget, at: Instant) -> Instant | None:
    """Return when room comes back: the first of a window's days falls out, or the next begins."""
    if budget.zone is None:
        return None
    first = (_EPOCH + timedelta(microseconds=window_start(budget, at) + 1)).astimezone(
        ZoneInfo(budget.zone)
    )
    end = _after(budget, first.replace(hour=0, minute=0, second=0)).astimezone(UTC)
    return Instant((end - _EPOCH) // timedelta(microseconds=1))


def _after(budget: Budget, first: datetime) -> datetime:
    if budget.calendar is Calendar.MONTH:
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if budget.calendar else max(1, budget.seconds // 86_400))
