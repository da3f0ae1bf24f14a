"""What reviewers may lend of their word: approvals ahead, and deputies while they are away."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import StandingRule


def compare_ahead(
    kind: str, id_: str, old: StandingRule | None, new: StandingRule | None, found: Changes
) -> None:
    """Compare how far a reviewer may approve ahead."""
    if old == new:
        return
    if old is None or new is None:
        words = "may be approved ahead now" if new else "may no longer be approved ahead"
        found.moved(kind, id_, words, weaker=new is not None)
        return
    if old.count != new.count:
        words = f"{new.count} may be approved ahead, before {old.count}"
        found.moved(kind, id_, words, weaker=new.count > old.count)
    if old.within_seconds != new.within_seconds:
        words = f"approving ahead lasts {new.within_seconds} s, before {old.within_seconds} s"
        found.moved(kind, id_, words, weaker=new.within_seconds > old.within_seconds)
    _caps(kind, id_, old.most, new.most, found)


def _caps(
    kind: str, id_: str, old: Mapping[str, str], new: Mapping[str, str], found: Changes
) -> None:
    for argument in sorted(old.keys() | new.keys()):
        before, after = old.get(argument), new.get(argument)
        if before == after:
            continue
        said = "any number" if after is None else f"at most {after}"
        was = "any number" if before is None else f"at most {before}"
        weaker = after is None or (before is not None and Decimal(after) > Decimal(before))
        words = f"`{argument}` of what is approved ahead is {said}, before {was}"
        found.moved(kind, id_, words, weaker=weaker)


def compare_deputies(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare who may stand in for whom."""
    for role in sorted(old.deputies.keys() | new.deputies.keys()):
        before, after = set(old.deputies.get(role, ())), set(new.deputies.get(role, ()))
        if after - before:
            found.weakened("role", role, f"{listed(after - before)} may stand in for a holder")
        if before - after:
            words = f"{listed(before - after)} may no longer stand in for a holder"
            found.strengthened("role", role, words)
