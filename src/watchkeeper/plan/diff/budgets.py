"""Shared budgets, money rules and facts from the home's own records."""

from __future__ import annotations

from decimal import Decimal

from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.bounds import Budget, SharedBudget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import System
from watchkeeper.records.plan.tools import Tool

_KIND = "shared budget"


def compare_budgets(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare the budgets that agents share: less that is counted, or more that fits, is weaker."""
    before = {budget.id: budget for budget in old.shared_budgets}
    after = {budget.id: budget for budget in new.shared_budgets}
    for id_, one, other in found.came_and_went(_KIND, before, after, lambda _: False):
        _scope(id_, one, other, found)
        _cap(id_, one, other, found)
        if one.granted_by != other.granted_by:
            words = f"is given by `{other.granted_by}`, before by `{one.granted_by}`"
            found.changed(_KIND, id_, words)
        if one.control != other.control:
            words = f"stands for control `{other.control}`, before `{one.control}`"
            found.changed(_KIND, id_, words)


def _scope(id_: str, old: SharedBudget, new: SharedBudget, found: Changes) -> None:
    for before, after in ((old.agents, new.agents), (old.actions, new.actions)):
        gone, come = set(before) - set(after), set(after) - set(before)
        if gone:
            found.weakened(_KIND, id_, f"no longer counts {listed(gone)}")
        if come:
            found.strengthened(_KIND, id_, f"counts {listed(come)} too")


def _cap(id_: str, old: SharedBudget, new: SharedBudget, found: Changes) -> None:
    if old.currency != new.currency:
        words = f"is in {new.currency}, before in {old.currency}: it begins at nothing again"
        found.weakened(_KIND, id_, words)
    if _window(old.budget) != _window(new.budget):
        found.weakened(_KIND, id_, "its window is another one, so more may fit into it")
    for unit, was, now in (
        ("actions", old.budget.count, new.budget.count),
        (new.currency or "", old.budget.sum, new.budget.sum),
    ):
        if was != now:
            words = f"at most {_said(now)} {unit}, before {_said(was)}"
            found.moved(_KIND, id_, words, weaker=_is_higher(now, was))


def _window(budget: Budget) -> tuple[object, ...]:
    return budget.seconds, budget.zone, budget.calendar


def _said(limit: str | int | None) -> str:
    return "any number of" if limit is None else str(limit)


def _is_higher(new: str | int | None, old: str | int | None) -> bool:
    if new is None or old is None:
        return new is None
    return Decimal(new) > Decimal(old)


def compare_money(id_: str, old: Tool, new: Tool, found: Changes) -> None:
    """Compare what calls of a tool are worth, and whether what it returns is trusted."""
    if old.money != new.money:
        words = "what a call is worth is read otherwise"
        if old.money is None:
            words = "says what a call is worth"
        if new.money is None:
            words = "no longer says what a call is worth"
        found.moved("tool", id_, words, weaker=old.money is not None)
    if bool(old.untrusted) != bool(new.untrusted):
        words = "returns content that nobody vouches for"
        if old.untrusted:
            words = "is taken to return content that can be trusted"
        found.moved("tool", id_, words, weaker=bool(old.untrusted))


def compare_history(id_: str, old: System, new: System, found: Changes) -> None:
    """Compare the facts from the home's own records: another one knows nothing of before."""
    before = {fact.name: fact for fact in old.history}
    after = {fact.name: fact for fact in new.history}
    for name in sorted(before.keys() - after.keys()):
        found.weakened("system", id_, f"the fact `history.{name}` is no longer kept")
    for name in sorted(after.keys() - before.keys()):
        found.changed("system", id_, f"the fact `history.{name}` is kept from now on")
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            words = f"the fact `history.{name}` says something else, and begins anew"
            found.weakened("system", id_, words)
