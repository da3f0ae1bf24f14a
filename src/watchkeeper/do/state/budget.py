"""Budgets: how much a grant, or all that share one, used in each window (decision semantics, 6)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.codec import from_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import Budget, Calendar, SharedBudget, account
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Grant
from watchkeeper.records.statement import Entry

ZERO = Decimal(0)
FOR_GOOD = 100 * 366 * 86_400
"""Seconds that are longer than any window."""
_BEGINNING = Instant(-(2**62))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Charge:
    """One action charged to one grant; `given_back` when it did not happen after all."""

    at: Instant
    amount: Decimal
    given_back: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """What a window held before an action."""

    count: int
    sum: Decimal


class Window:
    """The charges inside one window; count and sum are kept, not recomputed."""

    __slots__ = ("_charges", "_start", "budget", "count", "total")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.count = 0
        self.total = ZERO
        self._charges: deque[Charge] = deque()
        self._start = _BEGINNING

    def used(self, now: Instant) -> Used:
        """Return what the window that ends `now` holds."""
        self._start = max(self._start, window_start(self.budget, now))
        while self._charges and self._charges[0].at <= self._start:
            self._forget(self._charges.popleft())
        return Used(self.count, self.total)

    def add(self, charge: Charge) -> None:
        """Charge the window."""
        if charge.at > self._start and not charge.given_back:
            self._charges.append(charge)
            self.count += 1
            self.total += charge.amount

    def give_back(self, charge: Charge) -> None:
        """Take a charge out again; the caller marks it afterwards."""
        if charge.at > self._start and not charge.given_back:
            self.count -= 1
            self.total -= charge.amount

    def _forget(self, charge: Charge) -> None:
        if not charge.given_back:
            self.count -= 1
            self.total -= charge.amount


def window_start(budget: Budget, now: Instant) -> Instant:
    """Return the moment after which a charge still counts.

    Rolling: `seconds` before now. Calendar days of `zone`: so many days that today is the last.
    A calendar's week or month: from the midnight with which it began.
    """
    if budget.zone is None:
        return now.plus(-budget.seconds)
    local = (_EPOCH + timedelta(microseconds=now)).astimezone(ZoneInfo(budget.zone))
    # The first of two midnights, where clocks go back over midnight: a day begins but once.
    today = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    first = today - timedelta(days=_days_before(budget, today))
    return Instant((first.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) - 1)


def _days_before(budget: Budget, today: datetime) -> int:
    """Return how many days of a window lie before today."""
    if budget.calendar is Calendar.MONTH:
        return today.day - 1
    if budget.calendar is Calendar.WEEK:
        return today.weekday()
    return max(1, budget.seconds // 86_400) - 1


class Budgets:
    """The windows of the plan in force, and the charges that they are made of.

    Each grant has its own; those that agents share have an account of their own.

    The charges of the longest window are kept, so that another plan's windows can be filled from
    them without reading the log again. From when on they are complete is told by the records
    alone: by the first charge ever made, whether it was given back or not, and when.
    """

    __slots__ = ("_charges", "_complete_from", "_first", "_open", "_span", "_windows")

    def __init__(self) -> None:
        self._windows: dict[str, tuple[Window, ...]] = {}
        self._open: dict[str, tuple[tuple[str, Charge], ...]] = {}
        self._charges: deque[tuple[str, Charge]] = deque()
        self._span = 0
        self._complete_from = _BEGINNING
        self._first: Instant | None = None

    def keep_for(self, seconds: int, at: Instant) -> None:
        """Keep charges for that long from `at` on: the longest window of the plan in force."""
        self._drop_old(at)
        self._span = seconds

    def reaches(self, now: Instant, seconds: int) -> bool:
        """Tell whether the charges that are kept go back that far."""
        return self._complete_from <= now.plus(-seconds)

    def adopt(self, plan: Mapping[str, tuple[Budget, ...]]) -> None:
        """Put the windows of a plan into force, filled with the charges that are kept."""
        self._windows = {
            grant: tuple(Window(budget) for budget in budgets) for grant, budgets in plan.items()
        }
        for grant, charge in self._charges:
            for window in self._windows.get(grant, ()):
                window.add(charge)  # what is too old for it goes when it is asked next
        held = {id(charge) for _, charge in self._charges}
        # What these windows never counted can not be given back to them.
        self._open = {
            action: tuple(one for one in charges if id(one[1]) in held)
            for action, charges in self._open.items()
        }

    def forget(self, since: Instant) -> None:
        """Forget every charge; those from `since` on are then added again from the log."""
        self._charges.clear()
        self._open = {}
        self._complete_from = since

    def used(self, grant: str, now: Instant) -> tuple[Used, ...]:
        """Return what each window of a grant holds."""
        return tuple(window.used(now) for window in self._windows.get(grant, ()))

    def reserve(self, action_id: str, at: Instant, amounts: Iterable[tuple[str, Decimal]]) -> None:
        """Charge an allowed action to each grant that it satisfied."""
        self._drop_old(at)
        charges = tuple((grant, Charge(at, amount)) for grant, amount in amounts)
        if charges and self._first is None:
            self._first = at
        for grant, charge in charges:
            self._charges.append((grant, charge))
            self._add(grant, charge)
        if charges:
            self._open[action_id] = charges

    def keep(self, action_id: str) -> None:
        """The action happened: its charge is for good."""
        self._open.pop(action_id, None)

    def give_back(self, action_id: str) -> None:
        """The action provably did not happen: undo its charge."""
        for grant, charge in self._open.pop(action_id, ()):
            for window in self._windows.get(grant, ()):
                window.give_back(charge)
            charge.given_back = True

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return what may still count after `at`, in one form whatever order led there."""
        self._drop_old(at)
        kept = [one for one in self._charges if not one[1].given_back]
        place = {id(charge): n for n, (_, charge) in enumerate(kept)}
        names = {name: n for n, name in enumerate(sorted({grant for grant, _ in kept}))}
        open_ = {
            action: places
            for action, charges in self._open.items()
            if (places := [place[id(c)] for _, c in charges if id(c) in place])
        }
        whole = self._complete_from == _BEGINNING
        # Only a first charge that is not there itself, since it was given back, is named.
        named = whole and self._first != (kept[0][1].at if kept else None)
        return {
            **({"first": self._first} if named else {}),
            "span": self._span,
            "completeFrom": None if whole else self._complete_from,
            "grants": list(names),
            "grant": [names[grant] for grant, _ in kept],
            "at": [charge.at for _, charge in kept],
            "amount": [str(charge.amount) for _, charge in kept],
            "open": open_,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Budgets:
        """Return the budgets that `to_json` wrote; no window is filled until a plan is adopted."""
        made, names = cls(), body["grants"]
        made._span, since = int(body["span"]), body["completeFrom"]
        made._complete_from = _BEGINNING if since is None else Instant(since)
        first = body.get("first", next(iter(body["at"]), None))
        made._first = None if first is None else Instant(first)
        rows = zip(body["grant"], body["at"], body["amount"], strict=True)
        # Few amounts are distinct, and making one costs more than all the rest of a charge.
        amounts = {amount: Decimal(amount) for amount in set(body["amount"])}
        kept = [(names[n], Charge(Instant(at), amounts[amount])) for n, at, amount in rows]
        made._charges.extend(kept)
        made._open = {
            action: tuple(kept[n] for n in places) for action, places in body["open"].items()
        }
        return made

    def _add(self, grant: str, charge: Charge) -> None:
        for window in self._windows.get(grant, ()):
            window.used(charge.at)
            window.add(charge)

    def _drop_old(self, now: Instant) -> None:
        oldest = now.plus(-self._span)
        while self._charges and self._charges[0][1].at < oldest:
            self._charges.popleft()
        gone = self._first is not None and self._first < oldest
        if gone or self._complete_from != _BEGINNING:
            # The same whether what is gone was dropped now or a while ago.
            self._complete_from = max(self._complete_from, oldest)


def budgets_of(bundle: Bundle) -> dict[str, tuple[Budget, ...]]:
    """Return every budget of a plan, by what its charges are kept under."""
    own = {grant.id: grant.budgets for grant in bundle.grants if grant.budgets}
    return own | {shared.account: (shared.budget,) for shared in bundle.shared_budgets}


def longest_window(budgets: Iterable[Budget]) -> int:
    """Return how many seconds back a charge may still count, two days more for calendars."""
    spans = [budget.seconds + (2 * 86_400 if budget.zone else 0) for budget in budgets]
    return max(spans, default=0)


def charges_of(record: DecisionRecord) -> list[tuple[str, Decimal]]:
    """Return what an allowed action is charged: under what, and how much."""
    return [
        (account(use.grant, use.currency), Decimal(use.amount or 0))
        for use in record.grants
        if use.satisfied
    ]


def reach_of(entry: Entry) -> int:
    """Return how far back the budgets of a released plan look; for good where it is gone."""
    bundle = entry.payload.body.get("bundle") if entry.payload else None
    if not isinstance(bundle, dict):
        return FOR_GOOD
    grants = from_json(tuple[Grant, ...], bundle.get("grants", []))
    shared = from_json(tuple[SharedBudget, ...], bundle.get("sharedBudgets", []))
    own = chain.from_iterable(grant.budgets for grant in grants)
    return longest_window([*own, *(one.budget for one in shared)])
