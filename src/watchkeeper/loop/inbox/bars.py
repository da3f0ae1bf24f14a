"""How much of an agent's budgets is used, and when room comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from watchkeeper.do.decision.limits import render_number
from watchkeeper.do.state.budget import Used, window_start
from watchkeeper.loop.standing import Standing
from watchkeeper.records.bundle import Budget, Grant
from watchkeeper.records.instant import Instant

COUNT = "actions"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bar:
    """One cap of one grant: what its window holds now.

    `used` and `cap` are decimals as text, in `unit`: `actions`, or the argument that is added up.
    `seconds` is the window's length; `zone` is set where it is calendar days, which begin again at
    `resets`. A rolling window never begins again: `resets` is None.
    """

    grant: str
    seconds: int
    used: str
    cap: str
    unit: str
    zone: str | None = None
    resets: Instant | None = None


def bars_of(home: Standing, agent: str, action: str | None, at: Instant) -> tuple[Bar, ...]:
    """Return every cap of an agent's grants, or of those alone whose scope holds an action."""
    grants = (
        grant
        for grant in home.enforcer.bundle.grants
        if grant.agent == agent and (action is None or action in grant.actions)
    )
    return tuple(bar for grant in grants for bar in _of_grant(home, grant, at))


def _of_grant(home: Standing, grant: Grant, at: Instant) -> list[Bar]:
    held = home.state.budgets.used(grant.id, at)
    return [
        bar
        for budget, used in zip(grant.budgets, held, strict=False)
        for bar in _of_budget(grant.id, budget, used, at)
    ]


def _of_budget(grant: str, budget: Budget, used: Used, at: Instant) -> list[Bar]:
    resets = _resets(budget, at)
    found = []
    if budget.count is not None:
        count = (str(used.count), str(budget.count), COUNT)
        found.append(Bar(grant, budget.seconds, *count, budget.zone, resets))
    if budget.sum is not None and budget.argument is not None:
        total = (render_number(used.sum), render_number(Decimal(budget.sum)), budget.argument)
        found.append(Bar(grant, budget.seconds, *total, budget.zone, resets))
    return found


def _resets(budget: Budget, at: Instant) -> Instant | None:
    """Return when the first of a calendar window's days falls out of it: the next midnight."""
    if budget.zone is None:
        return None
    local = (_EPOCH + timedelta(microseconds=window_start(budget, at) + 1)).astimezone(
        ZoneInfo(budget.zone)
    )
    days = max(1, budget.seconds // 86_400)
    end = (local + timedelta(days=days)).astimezone(UTC)
    return Instant((end - _EPOCH) // timedelta(microseconds=1))
