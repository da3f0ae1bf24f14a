"""What is due to be told, by which channel: ladders climbed, and rings kept few. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.people import Channel, Rung

GATHER = 3
EVERY = 900
URGENT = 60
"""Seconds for which what comes at the same moment is gathered; from one ring to the next; and to
the next at least, whatever would end before it: an agent that asks without end must not ring so."""
Ladders = Mapping[str, tuple[Rung, ...]]


class Step(NamedTuple):
    """One action at one rung of one role's ladder, to be told by one channel."""

    channel: str
    handle: str
    role: str
    rung: int


@dataclass(frozen=True, slots=True)
class Bell:
    """One channel is to ring now.

    `steps` are what it tells of that it did not before; `waiting` counts the actions that wait and
    that it told of or tells of now; `ends` is when the first of those is over, `climbed` how long
    the one waited that climbed highest, in seconds: 0 where none did.
    """

    channel: str
    steps: tuple[Step, ...]
    waiting: int
    ends: Instant
    climbed: int


@dataclass(frozen=True, slots=True)
class Known:
    """What was told already, when each channel rang last, and which are silent."""

    told: Collection[Step]
    rang: Mapping[str, Instant]
    silent: Collection[str]


@dataclass(slots=True)
class _Gathered:
    """What one channel is to tell: of which actions in all, and the steps that it did not yet."""

    ends: Instant
    handles: set[str] = field(default_factory=set)
    new: list[Step] = field(default_factory=list)
    since: Instant | None = None
    new_ends: Instant | None = None
    climbed: int = 0

    def add(self, step: Step, ends: Instant, since: Instant, after: int) -> None:
        self.new.append(step)
        self.since = since if self.since is None else min(self.since, since)
        self.new_ends = ends if self.new_ends is None else min(self.new_ends, ends)
        self.climbed = max(self.climbed, after)


def due(
    waiting: Iterable[Pending],
    ladders: Ladders,
    channels: Mapping[str, Channel],
    known: Known,
    now: Instant,
) -> tuple[Bell, ...]:
    """Return the channels that are to ring now.

    An action that nobody answered goes up a rung when its time has come, and at once where every
    channel of the rung below is silent. A channel rings no sooner than its own `every` after the
    last time, unless an action would end before that, and never twice a minute: what comes between
    is told together.
    """
    gathered: dict[str, _Gathered] = {}
    for pending in waiting:
        if pending.state is Waiting.PENDING and pending.expires > now:
            for role in dict.fromkeys(pending.roles):
                _climb(pending, (role, ladders.get(role, ())), known, now, gathered)
    return tuple(
        Bell(name, tuple(found.new), len(found.handles), found.ends, found.climbed)
        for name, found in sorted(gathered.items())
        if name in channels and _may_ring(name, found, channels[name], known, now)
    )


def _climb(
    pending: Pending,
    ladder: tuple[str, tuple[Rung, ...]],
    known: Known,
    now: Instant,
    gathered: dict[str, _Gathered],
) -> None:
    """Gather every rung that an action has come to by now. Many wait: nothing is made in vain."""
    (role, rungs), below = ladder, None
    handle, ends = pending.handle, pending.expires
    for number, rung in enumerate(rungs):
        at = pending.at.plus(rung.after_seconds) if below is None else below
        if at > now:
            return
        for channel in rung.tell:
            found = gathered.get(channel)
            if found is None:
                found = gathered[channel] = _Gathered(ends)
            found.handles.add(handle)
            found.ends = min(found.ends, ends)
            step = Step(channel, handle, role, number)
            if step not in known.told:
                found.add(step, ends, at, rung.after_seconds if number else 0)
        silent = rung.tell and all(name in known.silent for name in rung.tell)
        below = at if silent else None


def _may_ring(name: str, found: _Gathered, says: Channel, known: Known, now: Instant) -> bool:
    if found.since is None or found.new_ends is None or now < found.since.plus(GATHER):
        return False
    last = known.rang.get(name)
    if last is None:
        return True
    every = EVERY if says.every_seconds is None else says.every_seconds
    if now < last.plus(min(every, URGENT)):
        return False
    return now >= last.plus(every) or found.new_ends <= last.plus(every)
