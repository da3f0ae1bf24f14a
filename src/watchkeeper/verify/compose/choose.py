"""Which records a bundle is to hold: by time, system, control, decision or index."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from watchkeeper.errors import LedgerError, cut
from watchkeeper.ledger.canonical import canonical
from watchkeeper.verify.bundle.manifest import Run, Selection, runs_of
from watchkeeper.verify.compose.needle import Needle
from watchkeeper.verify.compose.shelf import Shelf
from watchkeeper.verify.glance import Glance, action_of, glance

Progress = Callable[[int, int], None]
_PLACE = re.compile("(?:([0-9]{1,9})/)?([0-9]{1,12})")
_LAST = frozenset({"effect"})
"""What no record of the same action follows: what ended otherwise may be revealed as planted."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen.

    `runs` are the chosen indexes (None: everything), `neighbours` those that bound the times,
    `between` what has to be there as well so that nothing is left out.
    """

    runs: list[Run] | None
    neighbours: tuple[int, ...] = ()
    between: tuple[Run, ...] = ()


def choose(shelf: Shelf, selection: Selection, progress: Progress) -> Choice:
    """Choose records.

    Raises:
        LedgerError: there is no such record, or nothing was chosen.
    """
    if not selection.timed and not selection.index and not selection.sought:
        return Choice(None)
    window = _window(shelf, selection)
    found = _sought(shelf, selection, window, progress) if selection.sought else [window]
    runs = [run for run in found if run[0] < run[1]]
    if not runs:
        raise LedgerError("there is no such record", "choose otherwise; see `log show`")
    between: tuple[Run, ...] = ()
    if selection.complete and selection.sought:
        between = (window if selection.timed else (runs[0][0], runs[-1][1]),)
    return Choice(runs, _neighbours(shelf, window) if selection.timed else (), between)


def _window(shelf: Shelf, selection: Selection) -> Run:
    first, end = 0, shelf.size
    if selection.since is not None:
        first = shelf.first_at(selection.since)
    if selection.until is not None:
        end = shelf.first_at(selection.until)
    if selection.index:
        first, end = max(first, selection.index[0]), min(end, selection.index[1])
    return first, max(first, end)


def _neighbours(shelf: Shelf, window: Run) -> tuple[int, ...]:
    before = (window[0] - 1,) if window[0] > 0 else ()
    after = (window[1],) if window[1] < shelf.size else ()
    return before + after


def _sought(shelf: Shelf, selection: Selection, window: Run, progress: Progress) -> list[Run]:
    if selection.decision is not None:
        action = _action(shelf, selection.decision)
        found = _records_of(shelf, action, window, progress)
    else:
        found = _records_like(shelf, selection, window, progress)
    return runs_of((index, index + 1) for index in found)


def _action(shelf: Shelf, named: str) -> str:
    """Return the id of the action that is named by itself or by one of its records."""
    match = _PLACE.fullmatch(named)
    if match is None:
        return named
    if match[1] is not None and int(match[1]) != shelf.shard:
        raise LedgerError(f"a record of another shard: {cut(named)}", "name its shard")
    action = shelf.glance(int(match[2])).action
    if action is None:
        raise LedgerError(f"the record is about no action: {cut(named)}")
    return action


def _records_of(shelf: Shelf, action: str, window: Run, progress: Progress) -> Iterator[int]:
    """Yield the records of one action; the one that ends it is the last."""
    needle = Needle.of(canonical(action))
    for number in _shelves(window, progress):
        if not needle.found(shelf.raw(number)):
            continue
        for index, entry in shelf.run(_part(window, number)):
            if needle.found(entry) and (seen := glance(index, entry)).action == action:
                yield index
                if seen.kind in _LAST:
                    return


def _records_like(
    shelf: Shelf, selection: Selection, window: Run, progress: Progress
) -> Iterator[int]:
    """Yield decisions of the system and under the control, and the other records of the action."""
    needle = Needle.of(canonical(selection.control or selection.system))
    actions: set[str] = set()
    for number in _shelves(window, progress):
        hits = _hits(shelf, number, needle)
        if not actions and not hits:
            continue
        for index, entry in shelf.run(_part(window, number)):
            follows = bool(actions) and action_of(entry) in actions
            if not follows and index not in hits:
                continue
            seen = glance(index, entry)
            if seen.action is not None and (follows or _is_like(seen, selection)):
                yield index
                actions.add(seen.action)
                if seen.kind in _LAST:
                    actions.discard(seen.action)


def _hits(shelf: Shelf, number: int, needle: Needle) -> set[int]:
    """Return the indexes of the records on a shelf that may hold the needle."""
    places = list(needle.places(shelf.raw(number)))
    if not places:
        return set()
    ends = list(accumulate(len(entry) + 2 for entry in shelf.shelf(number)))
    return {number * 256 + bisect_right(ends, place) for place in places}


def _is_like(seen: Glance, selection: Selection) -> bool:
    system, control = selection.system, selection.control
    return (
        seen.kind == "decision"
        and (system is None or seen.system == system)
        and (control is None or control in seen.controls)
    )


def _shelves(window: Run, progress: Progress) -> Iterator[int]:
    first, end = window
    for number in range(first // 256, -(-end // 256)):
        yield number
        progress(min(end, number * 256 + 256) - first, end - first)


def _part(window: Run, number: int) -> Run:
    return max(window[0], number * 256), min(window[1], number * 256 + 256)
