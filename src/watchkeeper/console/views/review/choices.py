"""What the person who looks may do with an action that waits."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.visit import Visit
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.loop.ahead import offer_on
from watchkeeper.loop.commands.questions import MOST_QUESTIONS
from watchkeeper.loop.inbox import Item
from watchkeeper.records.plan.policies import REQUIRED
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be done beside approving and refusing.

    `reason` tells whether an approval needs one. `questions` is how many may still be asked back.
    With `withdraw` the person approved it and may take that back. `alike` is how many actions of
    this kind wait for them, this one among them, under the group `like`; `next` is the handle of
    the one that comes after it, the oldest first. `stead` names those who are away and for whom the
    person answers. `seen` is the place of the newest record when this was made. With `ahead` they
    may approve the next ones like this.
    """

    reason: bool
    questions: int
    withdraw: bool
    like: str
    alike: int
    next: str | None
    stead: tuple[str, ...]
    seen: Ref | None
    ahead: bool = False


def choices_of(visit: Visit, pending: Pending, item: Item) -> Choices:
    """Return what the person who looks may do."""
    mine = [one for one in visit.waiting if one.mine.may]
    group, handles = item.summary.group, [one.summary.handle for one in mine]
    asks = pending.state is Waiting.PENDING and item.mine.may
    return Choices(
        reason=pending.reason == REQUIRED,
        questions=max(0, MOST_QUESTIONS - len(pending.questions)) if asks else 0,
        withdraw=pending.waits() and visit.person in {v.reviewer for v in pending.verdicts},
        like=group,
        alike=sum(1 for one in mine if group and one.summary.group == group),
        next=_next(handles, pending.handle),
        stead=stead_of(visit, item),
        seen=visit.feed.newest(),
        ahead=offer_on(visit.home, visit.person, pending.handle) is not None,
    )


def stead_of(visit: Visit, item: Item) -> tuple[str, ...]:
    """Return the names of those who are away and for whom the person who looks answers."""
    return tuple(visit.name_of(away.person) for away in item.mine.deputy)


def _next(handles: list[str], handle: str) -> str | None:
    """Return what comes after a handle; after the last one, or one that is decided, the first."""
    others = [one for one in handles if one != handle]
    if handle not in handles:
        return others[0] if others else None
    after = handles[handles.index(handle) + 1 :]
    return next(iter([*after, *others]), None)
