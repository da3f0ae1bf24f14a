"""What is due to be told, by which channel: ladders climbed, and rings kept few. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan_people import Channel, Rung

GATHER = 3
EVERY = 900
"""Seconds for which what comes at the same moment is gathered, and from one ring to the next."""
Ladders = Mapping[str, tuple[Rung, ...]]


@dataclass(frozen=True, slots=True)
class Step:
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
class _Due:
    step: Step
    at: Instant
    ends: Instant
    after: int


@dataclass(frozen=True, slots=True)
class Known:
    """What was told already, when each channel rang last, and which are silent."""

    told: Collection[Step]
    rang: Mapping[str, Instant]
    silent: Collection[str]


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
    last time, unless an action would end before that: what comes between is told together.
    """
    by_channel: dict[str, list[_Due]] = {}
    for pending in waiting:
        if pending.state is Waiting.PENDING and pending.expires > now:
            for one in _climbed(pending, ladders, known.silent):
                if one.step.channel in channels and one.at <= now:
                    by_channel.setdefault(one.step.channel, []).append(one)
    bells = (
        _bell(name, found, channels[name], known, now) for name, found in sorted(by_channel.items())
    )
    return tuple(bell for bell in bells if bell is not None)


def _climbed(pending: Pending, ladders: Ladders, silent: Collection[str]) -> Iterator[_Due]:
    """Return every rung that an action may come to, and when."""
    for role in dict.fromkeys(pending.roles):
        below: Instant | None = None
        for number, rung in enumerate(ladders.get(role, ())):
            at = pending.at.plus(rung.after_seconds) if below is None else below
            for channel in rung.tell:
                step = Step(channel, pending.handle, role, number)
                yield _Due(step, at, pending.expires, rung.after_seconds if number else 0)
            below = at if rung.tell and all(name in silent for name in rung.tell) else None


def _bell(name: str, found: list[_Due], says: Channel, known: Known, now: Instant) -> Bell | None:
    new = [one for one in found if one.step not in known.told]
    if not new or not _may_ring(name, new, says, known, now):
        return None
    return Bell(
        channel=name,
        steps=tuple(one.step for one in new),
        waiting=len({one.step.handle for one in found}),
        ends=min(one.ends for one in found),
        climbed=max(one.after for one in new),
    )


def _may_ring(name: str, new: list[_Due], says: Channel, known: Known, now: Instant) -> bool:
    if now < min(one.at for one in new).plus(GATHER):
        return False
    last = known.rang.get(name)
    if last is None:
        return True
    again = last.plus(EVERY if says.every_seconds is None else says.every_seconds)
    return now >= again or min(one.ends for one in new) <= again
