"""The state of the management system as a fact: what counts at a moment, found in a step or two.

The verifier works the same out from the published plan, one by one; here each system's moments of
change are sorted once, and what counts between two of them is worked out when it is first asked
for.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import (
    MEMBERS,
    AimsState,
    Management,
    Watched,
    state_of,
)


class Timelines:
    """What counts for each system, and when that changes."""

    def __init__(self, management: Management) -> None:
        self._watched = management.watched
        self._lines: dict[str, _Line] = {}

    def at(self, system: str, at: Instant, more: tuple[Watched, ...] = ()) -> AimsState:
        """Return what counts for a system at a moment; `more` is what records add to the plan."""
        line = self._lines.get(system)
        if line is None:
            mine = tuple(one for one in self._watched if one.concerns(system))
            line = self._lines[system] = _Line(mine)
        added = tuple(one for one in more if one.concerns(system))
        return line.at(at) if not added else _joined(line.at(at), state_of(added, at))


class _Line:
    """One system's: between two of `changes` nothing changes."""

    def __init__(self, watched: tuple[Watched, ...]) -> None:
        self._watched = watched
        self._changes = sorted({moment for one in watched for moment in one.moments})
        self._states: dict[int, AimsState] = {}

    def at(self, at: Instant) -> AimsState:
        span = bisect_right(self._changes, at)
        state = self._states.get(span)
        if state is None:
            state = self._states[span] = state_of(self._watched, at)
        return state


def _joined(first: AimsState, second: AimsState) -> AimsState:
    names = sorted({*first.counting, *second.counting})
    both = (first.counting, second.counting)
    return AimsState(
        {n: tuple(sorted({value for one in both for value in one.get(n, ())})) for n in names}
    )


def aims_facts(state: AimsState) -> dict[str, Any]:
    """Return `context.facts.aims`: every member is there, whether anything counts or not."""
    return {
        member.name: list(state.counting.get(member.of, ()))
        if member.named
        else member.of in state.counting
        for member in MEMBERS
    }
