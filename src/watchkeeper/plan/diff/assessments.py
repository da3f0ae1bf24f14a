"""The state of the management system: what makes an assessment pass for fresh without being so."""

from __future__ import annotations

from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import ASSESSMENTS, DRIFT, Assessed, Management

_NOTHING = Management("")


def compare_assessments(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare the assessments of systems: a new basis or a later day needs a later assessment."""
    if old.management is not None and new.management is None:
        words = "the plan no longer says in which state it is, so no rule can ask"
        found.weakened("management", "whole", words)
    before, after = (_by_system(bundle.management) for bundle in (old, new))
    changed = found.came_and_went("assessment", before, after, lambda _: False)
    for name, was, now in changed:
        _compare(name, was, now, found)
    due, then = (_days(bundle.management) for bundle in (old, new))
    for name in sorted(due.keys() & then.keys() & before.keys() & after.keys()):
        _compare_days(name, (due[name], then[name]), (before[name], after[name]), found)
    for name in sorted((_drifted(old) - _drifted(new)) & before.keys() & after.keys()):
        if not _later(before[name], after[name]):
            words = "no longer counts as drifted, and was not made again"
            found.weakened("assessment", name, words)


def _compare(name: str, old: Assessed, new: Assessed, found: Changes) -> None:
    if set(new.off) - set(old.off):
        words = f"{listed(set(new.off) - set(old.off))} no longer makes it stale"
        found.weakened("assessment", name, words)
    if set(old.off) - set(new.off):
        words = f"{listed(set(old.off) - set(new.off))} makes it stale again"
        found.strengthened("assessment", name, words)
    if old.basis != new.basis:
        if _later(old, new):
            found.changed("assessment", name, f"was made again on {new.on}")
        else:
            words = "is said to be of another part of the plan, and was not made again"
            found.weakened("assessment", name, words)
    elif old.on != new.on:
        found.changed("assessment", name, f"is of {new.on}, before of {old.on}")


def _compare_days(
    name: str,
    days: tuple[Instant | None, Instant | None],
    both: tuple[Assessed, Assessed],
    found: Changes,
) -> None:
    was, now = days
    if was == now:
        return
    if was is not None and (now is None or now > was):
        until = "for ever" if now is None else f"until {str(now)[:10]}"
        words = f"is good {until}, before until {str(was)[:10]}"
        if _later(*both) and now is not None:
            found.changed("assessment", name, words)
        else:
            found.weakened("assessment", name, f"{words}, and was not made again")
    else:
        words = f"is good until {str(now)[:10]}"
        found.strengthened("assessment", name, words)


def _later(old: Assessed, new: Assessed) -> bool:
    return new.on is not None and (old.on is None or new.on > old.on)


def _by_system(management: Management | None) -> dict[str, Assessed]:
    return {f"{one.system}:{one.topic}": one for one in (management or _NOTHING).assessments}


def _days(management: Management | None) -> dict[str, Instant | None]:
    return {
        f"{one.id}:{one.topic}": one.until
        for one in (management or _NOTHING).watched
        if one.topic in ASSESSMENTS
    }


def _drifted(bundle: Bundle) -> set[str]:
    watched = (bundle.management or _NOTHING).watched
    return {f"{one.id}:{one.topic}" for one in watched if DRIFT in one.since}
