"""Shared budgets, held against every allowed action: charged as the plan says, within its caps.

Memory: some 150 bytes for each charge that may still count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from watchkeeper.errors import cut
from watchkeeper.records.plan.bounds import Budget, SharedBudget
from watchkeeper.records.plan.numbers import number
from watchkeeper.records.reference import Ref
from watchkeeper.verify.bounds.plans import (
    NOTHING,
    Caps,
    caps_of,
    said_amount,
    said_currency,
)
from watchkeeper.verify.bounds.window import Charged, Window, first_moment
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.erasures import PlanOf

CALL = "tools/call"
_ALWAYS = -(2**62)


@dataclass(slots=True)
class _Account:
    """What was charged to one budget: `kept` for windows to come, all since `complete_from`."""

    kept: deque[Charged] = field(default_factory=deque)
    complete_from: int = _ALWAYS
    window: Window | None = None
    longest: int = 0


class Purses:
    """Follows what is charged to shared budgets, and from one shard to the next.

    `since` is when the records that are at hand begin: what a budget held before it is not known.
    With `partial` there are gaps, so nothing is added up, and each decision is held against its
    plan alone. `added` counts the charges that were added up.
    """

    def __init__(self, plan_of: PlanOf, since: int | None = None) -> None:
        self._plan_of = plan_of
        self._since = _ALWAYS if since is None else since
        self._read: dict[str, Caps | None] = {}
        self._accounts: dict[str, _Account] = {}
        self._open: dict[Ref, tuple[tuple[str, Charged], ...]] = {}
        self.partial = False
        self.added = 0
        self.zones: set[str] = set()

    def go_on(self, plan_of: PlanOf) -> None:
        """Follow the same budgets through the next shard."""
        self._plan_of, self.added = plan_of, 0

    def allowed(self, ref: Ref, decided: Decided, at: int) -> Iterator[str]:
        """Take up an allowed action, and yield what is wrong with its charges."""
        if decided.plan not in self._read:
            self._read[decided.plan] = caps_of(self._plan_of, decided.plan)
        caps = self._read[decided.plan]
        due = self._due(caps, decided)
        charges: list[tuple[str, Charged]] = []
        for said in decided.shared:
            budget = due.pop(str(said.get("grant")), None)
            amount = _amount(said)
            if amount is None:
                yield "a charge that is no amount"
                continue
            if budget is not None and caps is not None:
                yield from self._problems(budget, said, amount, (caps, decided, at))
            elif caps is not None:
                yield f"charged to {cut(said.get('grant'))}, in whose scope its plan has it not"
            charges.append((_account(said), Charged(at, amount)))
        for name in due:
            yield f"allowed without a charge to the shared budget {cut(name)}"
        self._charge(ref, charges)

    def settled(self, decision: Ref, *, failed: bool) -> None:
        """An action ended; what provably did not happen is given back."""
        for name, charged in self._open.pop(decision, ()):
            if failed:
                window = self._accounts[name].window
                if window is not None:
                    window.give_back(charged)
                charged.counts = False

    def said(self) -> str:
        """Return what is to be said of what was added up."""
        text = f"; {self.added} charges to shared budgets added up again" if self.added else ""
        if self.zones:
            text += f"; not those by {', '.join(sorted(self.zones))}: no such time zone here"
        return text

    def _due(self, caps: Caps | None, decided: Decided) -> dict[str, SharedBudget]:
        """Return the budgets that an allowed action must be charged to, by name."""
        if decided.method != CALL:
            return {}
        found = (caps or NOTHING).budgets.get((decided.agent, decided.tool), ())
        return {budget.name: budget for budget in found}

    def _problems(
        self,
        budget: SharedBudget,
        said: Mapping[str, Any],
        amount: Decimal,
        what: tuple[Caps, Decided, int],
    ) -> Iterator[str]:
        caps, decided, at = what
        name, cap = cut(budget.name), budget.budget
        before = _before(said)
        if before is None:
            yield f"says not what the shared budget {name} held before"
            return
        if said.get("currency") != budget.currency:
            yield f"charged to {name} in another currency"
        elif budget.currency is not None:
            yield from _worth(budget, caps, decided, amount)
        if cap.count is not None and before[0] + 1 > cap.count:
            yield f"allowed beyond the shared budget {name}: action {before[0] + 1} of {cap.count}"
        most, total = number(cap.sum), before[1] + amount
        if most is not None and total > most:
            yield f"allowed beyond the shared budget {name}: {total} of {cap.sum}"
        yield from self._recount(budget, _account(said), before, at)

    def _recount(
        self, budget: SharedBudget, name: str, before: tuple[int, Decimal], at: int
    ) -> Iterator[str]:
        """Hold what a decision says of its budget against the charges before it."""
        if self.partial:
            return
        since = first_moment(budget.budget, at)
        if since is None:
            self.zones.add(budget.budget.zone or "")
            return
        account = self._accounts.setdefault(name, _Account(complete_from=self._since))
        held = _window_of(account, budget.budget).holds(since)
        complete = account.complete_from <= since
        self.added += 1
        if (complete and held != before) or held[0] > before[0] or held[1] > before[1]:
            yield (
                f"says that the shared budget {cut(budget.name)} held {before[1]} of {before[0]} "
                f"actions; the records before it add up to {held[1]} of {held[0]}"
            )

    def _charge(self, ref: Ref, charges: list[tuple[str, Charged]]) -> None:
        for name, charged in charges:
            account = self._accounts.setdefault(name, _Account(complete_from=self._since))
            account.kept.append(charged)
            if account.window is not None:
                account.window.add(charged)
            _forget(account, charged.at)
        if charges:
            self._open[ref] = tuple(charges)


def _worth(budget: SharedBudget, caps: Caps, decided: Decided, amount: Decimal) -> Iterator[str]:
    """Hold a charge against the arguments that stand in the log in clear."""
    money = caps.money.get(decided.tool)
    worth = said_amount(money, decided.clear)
    if isinstance(worth, str):
        yield f"charged to {cut(budget.name)}, but {worth}"
    elif worth is not None and worth != amount:
        yield f"charged {amount} to {cut(budget.name)}, where its arguments say {worth}"
    if money is not None and said_currency(money, decided.clear) not in {None, budget.currency}:
        yield f"charged to {cut(budget.name)}, where its arguments name another currency"


def _window_of(account: _Account, budget: Budget) -> Window:
    """Return the window of a budget as it stands in the plan in force, filled from what is kept."""
    same = (budget.seconds, budget.zone, budget.calendar)
    held = account.window
    if held is None or (held.budget.seconds, held.budget.zone, held.budget.calendar) != same:
        held = account.window = Window(budget)
        for charged in account.kept:
            held.add(charged)
    account.longest = max(account.longest, budget.seconds + (2 * 86_400 if budget.zone else 0))
    return held


def _forget(account: _Account, at: int) -> None:
    """Drop what no window seen so far can count any more."""
    oldest = at - account.longest * 1_000_000
    while account.longest and account.kept[0].at < oldest:
        account.kept.popleft()
        account.complete_from = max(account.complete_from, oldest)


def _account(said: Mapping[str, Any]) -> str:
    return f"{said.get('grant')} {said.get('currency')}"


def _amount(said: Mapping[str, Any]) -> Decimal | None:
    amount = _decimal(said.get("amount", "0"))
    return None if amount is None or amount < 0 else amount


def _before(said: Mapping[str, Any]) -> tuple[int, Decimal] | None:
    count, total = said.get("countBefore"), _decimal(said.get("sumBefore", "0"))
    return None if type(count) is not int or total is None else (count, total)


def _decimal(text: Any) -> Decimal | None:
    return number(text) if isinstance(text, str) else None
