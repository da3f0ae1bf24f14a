"""Grants: every limit by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from watchkeeper.plan.diff.authority.lent import compare_lent
from watchkeeper.plan.diff.authority.policies import compare_review
from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.bounds import Budget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Band, Grant
from watchkeeper.records.plan.policies import Policy, PolicyKind

_NEVER = "9999"


def compare_grants(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare the grants and the reviews that come of them."""
    before = {grant.id: grant for grant in old.grants}
    after = {grant.id: grant for grant in new.grants}
    for id_, one, other in found.came_and_went("grant", before, after, lambda _: True):
        count = len(found.changes)
        _scope(id_, one, other, found)
        _bands(id_, one, other, found)
        _budgets(id_, one, other, found)
        if len(found.changes) == count:
            found.changed("grant", id_, "is written otherwise, and says the same")
    for id_ in sorted(before.keys() & after.keys()):
        _reviews(id_, _review(old, id_), _review(new, id_), found)


def _scope(id_: str, old: Grant, new: Grant, found: Changes) -> None:
    if old.agent != new.agent:
        found.weakened("grant", id_, f"is for agent `{new.agent}`, no longer for `{old.agent}`")
    before, after = set(old.actions), set(new.actions)
    if after - before:
        found.weakened("grant", id_, f"reaches {listed(after - before)} too")
    if before - after:
        found.strengthened("grant", id_, f"no longer reaches {listed(before - after)}")
    if old.valid_until != new.valid_until:
        words = (
            f"is valid until {new.valid_until or 'revoked'}, before {old.valid_until or 'revoked'}"
        )
        later = (new.valid_until or _NEVER) > (old.valid_until or _NEVER)
        found.moved("grant", id_, words, weaker=later)
    if old.granted_by != new.granted_by:
        words = f"is given by `{new.granted_by}`, before by `{old.granted_by}`"
        found.changed("grant", id_, words)
    compare_lent(id_, old, new, found)
    if old.control != new.control:
        found.changed("grant", id_, f"stands for control `{new.control}`, before `{old.control}`")


def _bands(id_: str, old: Grant, new: Grant, found: Changes) -> None:
    before = {band.argument: band for band in old.bands}
    after = {band.argument: band for band in new.bands}
    for argument in sorted(before.keys() - after.keys()):
        found.weakened("grant", id_, f"`{argument}` is no longer limited")
    for argument in sorted(after.keys() - before.keys()):
        found.strengthened("grant", id_, f"`{argument}` is limited now")
    for argument in sorted(before.keys() & after.keys()):
        _band(id_, before[argument], after[argument], found)


def _band(id_: str, old: Band, new: Band, found: Changes) -> None:
    def limit(name: str, one: str, other: str, *, higher_is_weaker: bool = True) -> None:
        if Decimal(one) != Decimal(other):
            words = f"`{old.argument}` {name} {other}, before {one}"
            higher = Decimal(other) > Decimal(one)
            found.moved("grant", id_, words, weaker=higher is higher_is_weaker)

    limit("alone up to", old.alone, new.alone)
    limit("never beyond", old.review or old.alone, new.review or new.alone)
    limit("at least", old.least, new.least, higher_is_weaker=False)


def _budgets(id_: str, old: Grant, new: Grant, found: Changes) -> None:
    before, after = _by_window(old.budgets), _by_window(new.budgets)
    for window in sorted(before.keys() - after.keys()):
        found.weakened("grant", id_, f"no longer has a budget {window}")
    for window in sorted(after.keys() - before.keys()):
        found.strengthened("grant", id_, f"has a budget {window} now")
    for window in sorted(before.keys() & after.keys()):
        _budget(id_, window, before[window], after[window], found)


def _by_window(budgets: Iterable[Budget]) -> dict[str, Budget]:
    found: dict[str, Budget] = {}
    for budget in budgets:
        window = f"in {budget.seconds} s" + (f" by days of {budget.zone}" if budget.zone else "")
        if budget.calendar is not None:
            window = f"a calendar {budget.calendar.value} of {budget.zone}"
        while window in found:
            window += " (again)"
        found[window] = budget
    return found


def _budget(id_: str, window: str, old: Budget, new: Budget, found: Changes) -> None:
    if old.count != new.count:
        words = f"{_cap(new.count)} actions {window}, before {_cap(old.count)}"
        found.moved("grant", id_, words, weaker=_is_higher(new.count, old.count))
    if old.argument != new.argument and old.argument and new.argument:
        words = f"adds up `{new.argument}` {window}, before `{old.argument}`"
        found.weakened("grant", id_, words)
    elif old.sum != new.sum:
        name = new.argument or old.argument
        words = f"`{name}` in all {_cap(new.sum)} {window}, before {_cap(old.sum)}"
        found.moved("grant", id_, words, weaker=_is_higher(new.sum, old.sum))


def _cap(limit: str | int | None) -> str:
    return "any number of" if limit is None else f"at most {limit}"


def _is_higher(new: str | int | None, old: str | int | None) -> bool:
    if new is None or old is None:
        return new is None
    return Decimal(new) > Decimal(old)


def _review(bundle: Bundle, grant: str) -> Policy | None:
    """Return the laxest of a grant's reviews: its parts by argument type have the same."""
    mine = [p for p in bundle.policies if p.grant == grant and p.kind is PolicyKind.REVIEW]
    return replace(mine[0], body={}, text="") if mine else None


def _reviews(id_: str, old: Policy | None, new: Policy | None, found: Changes) -> None:
    if old is None and new is not None:
        found.strengthened("grant", id_, f"asks {listed(set(new.escalate_to))} for review now")
    elif old is not None and new is None:
        found.weakened("grant", id_, "no longer asks anybody for review")
    elif old is not None and new is not None:
        compare_review("grant", id_, old, new, found)
