"""Budgets that agents share: gone, over another window, higher, or counting fewer."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import cut
from watchkeeper.records.plan.bounds import SharedBudget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.verify.release.wider.said import Wider, by_id, is_more, systems_of


def wider_budgets(before: Bundle, after: Bundle) -> Iterator[Wider]:
    """Yield the shared budgets into which more fits, once each."""
    new = by_id(after.shared_budgets)
    still = {one.id for one in after.shared_budgets}
    for id_, old in by_id(before.shared_budgets).items():
        words = "is gone" if id_ not in still else id_ in new and _more(old, new[id_])
        if words:
            agents = {*old.agents, *(new[id_].agents if id_ in new else ())}
            yield Wider(f"the shared budget {cut(id_)} {words}", systems_of(agents, before, after))


def _more(old: SharedBudget, new: SharedBudget) -> str | None:
    one, other = old.budget, new.budget
    tests = {
        "counts fewer": bool(
            set(old.agents) - set(new.agents) or set(old.actions) - set(new.actions)
        ),
        "is in another currency": old.currency != new.currency,
        "has another window": (one.seconds, one.zone, one.calendar)
        != (other.seconds, other.zone, other.calendar),
        "is higher": is_more(other.count, one.count) or is_more(other.sum, one.sum),
    }
    return next((words for words, so in tests.items() if so), None)
