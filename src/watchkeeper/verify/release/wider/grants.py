"""Grants that are new, reach further, last longer, or of which a limit is higher."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import cut
from watchkeeper.records.plan.bounds import Budget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Band, Grant
from watchkeeper.verify.release.wider.said import Wider, by_id, is_more, systems_of

_NEVER = "9999"


def wider_grants(before: Bundle, after: Bundle) -> Iterator[Wider]:
    """Yield the grants that permit more, once each."""
    old, new = by_id(before.grants), by_id(after.grants)
    known = {one.id for one in before.grants}
    for id_, grant in new.items():
        words = "is new" if id_ not in known else id_ in old and _more(old[id_], grant)
        if words:
            agents = {grant.agent} | ({old[id_].agent} if id_ in old else set())
            yield Wider(f"the grant {cut(id_)} {words}", systems_of(agents, before, after))


def _more(old: Grant, new: Grant) -> str | None:
    tests = {
        "is for another agent": old.agent != new.agent,
        "reaches more": bool(set(new.actions) - set(old.actions)),
        "lasts longer": (new.valid_until or _NEVER) > (old.valid_until or _NEVER),
        "holds outside tasks too": old.mandate is not None and new.mandate is None,
        "may be lent to more": bool(_lent(new) - _lent(old)),
        "limits less": _bands(old.bands, new.bands),
        "has a wider budget": _budgets(old.budgets, new.budgets),
    }
    return next((words for words, so in tests.items() if so), None)


def _lent(grant: Grant) -> set[str]:
    return set(grant.delegable.to) if grant.delegable else set()


def _bands(old: tuple[Band, ...], new: tuple[Band, ...]) -> bool:
    now = {band.argument: band for band in new}
    return any(band.argument not in now or _band(band, now[band.argument]) for band in old)


def _band(old: Band, new: Band) -> bool:
    return (
        is_more(new.alone, old.alone)
        or is_more(new.review or new.alone, old.review or old.alone)
        or is_more(old.least, new.least)
    )


def _budgets(old: tuple[Budget, ...], new: tuple[Budget, ...]) -> bool:
    """Two budgets over one window can not be told apart: then only that there are fewer counts."""
    was, now = [_window(one) for one in old], [_window(one) for one in new]
    if any(was.count(window) > now.count(window) for window in was):
        return True
    single = {_window(one): one for one in new if now.count(_window(one)) == 1}
    return any(
        _cap(one, single[_window(one)])
        for one in old
        if _window(one) in single and was.count(_window(one)) == 1
    )


def _cap(old: Budget, new: Budget) -> bool:
    other = bool(old.argument and new.argument and old.argument != new.argument)
    return other or is_more(new.count, old.count) or is_more(new.sum, old.sum)


def _window(budget: Budget) -> tuple[object, ...]:
    if budget.calendar is not None:
        return budget.calendar, budget.zone
    return budget.seconds, budget.zone
