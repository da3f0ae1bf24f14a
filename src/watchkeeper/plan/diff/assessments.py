"""The state of the management system: what makes an assessment pass for fresh without being so."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.plan.diff.changes import Changes, last_day, listed
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import (
    ASSESSMENTS,
    DRIFT,
    Assessed,
    Management,
    Watched,
)

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
    then, due = (_watched(bundle.management) for bundle in (old, new))
    for name in sorted(then.keys() & before.keys() & after.keys()):
        both = (before[name], after[name])
        if name in due:
            _compare_days(name, (then[name].until, due[name].until), both, found)
            _compare_beginnings(name, then[name], due[name], found)
        _compare_reasons(name, (_reasons(then, name), _reasons(due, name)), both, found)


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
            words = "is said to be of another part of the plan, and is of no later day"
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
        until = "for ever" if now is None else f"until {last_day(now)}"
        words = f"is good {until}, before until {last_day(was)}"
        if _later(*both) and now is not None:
            found.changed("assessment", name, words)
        else:
            found.weakened("assessment", name, f"{words}, and is of no later day")
    else:
        words = f"is good until {last_day(now)}" if now else "is good for ever"
        found.strengthened("assessment", name, words)


def _compare_beginnings(name: str, old: Watched, new: Watched, found: Changes) -> None:
    """Compare from when on it may be fresh; a plan of before says nothing of it."""
    was, now = old.not_before, new.not_before
    if was == now:
        return
    words = f"may be fresh from {str(now)[:10]} on" if now else "may be fresh on any day"
    if was is not None and (now is None or now < was) and not new.since:
        found.weakened("assessment", name, f"{words}, before from {str(was)[:10]}")
    else:
        found.changed("assessment", name, words)


def _compare_reasons(
    name: str, why: tuple[set[str], set[str]], both: tuple[Assessed, Assessed], found: Changes
) -> None:
    """Compare why it is stale; what a change of the plan did or undid is named where that is."""
    was, now = why
    if DRIFT in was - now and not _later(*both):
        words = "no longer counts as drifted, and is of no later day"
        found.weakened("assessment", name, words)
    for one in sorted(now - was):
        found.changed("assessment", name, f"is stale now: {one}")
    for one in sorted(was - now - {DRIFT}):
        found.changed("assessment", name, f"is stale no longer by {one}")


def _reasons(watched: Mapping[str, Watched], name: str) -> set[str]:
    return set(watched[name].since) if name in watched else set()


def _later(old: Assessed, new: Assessed) -> bool:
    return new.on is not None and (old.on is None or new.on > old.on)


def _by_system(management: Management | None) -> dict[str, Assessed]:
    return {f"{one.system}:{one.topic}": one for one in (management or _NOTHING).assessments}


def _watched(management: Management | None) -> dict[str, Watched]:
    return {
        f"{one.id}:{one.topic}": one
        for one in (management or _NOTHING).watched
        if one.topic in ASSESSMENTS
    }
