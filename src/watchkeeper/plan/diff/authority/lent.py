"""What of a grant may be lent, and whether it holds in tasks alone."""

from __future__ import annotations

from decimal import Decimal

from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.grants import Delegable, Grant

_NONE = Delegable(())


def compare_lent(id_: str, old: Grant, new: Grant, found: Changes) -> None:
    """Compare what makes a grant hold for others, or only in tasks."""
    if old.mandate != new.mandate:
        words = "permits only in tasks now" if new.mandate else "permits outside any task too"
        found.moved("grant", id_, words, weaker=new.mandate is None)
    was, now = old.delegable or _NONE, new.delegable or _NONE
    more, less = set(now.to) - set(was.to), set(was.to) - set(now.to)
    if more:
        found.weakened("grant", id_, f"may be lent to {listed(more)} too")
    if less:
        found.strengthened("grant", id_, f"may no longer be lent to {listed(less)}")
    if was.to and now.to:
        _most(id_, was, now, found)
        if was.until_seconds != now.until_seconds:
            words = f"may be lent for {now.until_seconds} s, before {was.until_seconds}"
            weaker = (now.until_seconds or 0) > (was.until_seconds or 0)
            found.moved("grant", id_, words, weaker=weaker)


def _most(id_: str, old: Delegable, new: Delegable, found: Changes) -> None:
    for argument in sorted(old.most.keys() | new.most.keys()):
        was, now = old.most.get(argument), new.most.get(argument)
        if was != now:
            words = f"`{argument}` may be lent up to {now or 'any'}, before {was or 'any'}"
            weaker = was is not None and (now is None or Decimal(now) > Decimal(was))
            found.moved("grant", id_, words, weaker=weaker)
