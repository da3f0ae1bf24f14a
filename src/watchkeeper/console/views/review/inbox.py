"""The inbox: what waits for people, the oldest first, and like beside like."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.views.review.waiting import Summary, summary_of
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.loop.inbox import Item
from watchkeeper.loop.notices.board import silent_channels
from watchkeeper.records.instant import Instant

PAGE = 50
YOURS = "mine"


@dataclass(frozen=True, slots=True)
class Group:
    """Like actions: of one agent, on one tool, for the same reviews."""

    key: str
    sentence: str
    count: int
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SilentChannel:
    """A channel by which nothing goes out: since when, and why."""

    name: str
    since: Instant
    why: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits: `total` that the person who looks may see, `yours` that they may decide.

    `items` are at most fifty of those that `show` and `like` choose; `cursor` names where the next
    ones begin, None if there are none. By the `silent` channels nobody is told of any.
    """

    total: int
    yours: int
    show: str
    like: str
    silent: tuple[SilentChannel, ...]
    items: tuple[Summary, ...]
    groups: tuple[Group, ...]
    cursor: str | None


async def inbox(visit: Visit) -> Inbox | Missing:
    """Return the inbox; `show` is `mine` or `all`, `like` the key of a group."""
    everything = visit.waiting
    yours = tuple(item for item in everything if item.mine.may)
    show = "all" if visit.query.get("show") == "all" else YOURS
    like = visit.query.get("like", "")
    chosen = [
        item
        for item in (yours if show == YOURS else everything)
        if not like or item.summary.group == like
    ]
    page, cursor = _part(chosen, visit.query.get("cursor"))
    return Inbox(
        total=len(everything),
        yours=len(yours),
        show=show,
        like=like,
        silent=_silent(visit),
        items=tuple(summary_of(item) for item in page),
        groups=_groups(visit) if not like else (),
        cursor=cursor,
    )


def _silent(visit: Visit) -> tuple[SilentChannel, ...]:
    return tuple(
        SilentChannel(one.channel, one.since, one.why.value if one.why else "")
        for one in silent_channels(visit.home)
    )


def waiting_for(visit: Visit) -> int:
    """Return how many actions the person who looks may decide."""
    return sum(1 for item in visit.waiting if item.mine.may)


def _part(chosen: list[Item], cursor: str | None) -> tuple[list[Item], str | None]:
    start = next((n + 1 for n, one in enumerate(chosen) if one.summary.handle == cursor), 0)
    page = chosen[start : start + PAGE]
    more = start + PAGE < len(chosen)
    return page, page[-1].summary.handle if more else None


def _groups(visit: Visit) -> tuple[Group, ...]:
    """Return the groups of at least two like actions that the person may decide."""
    found: dict[str, list[Item]] = {}
    for item in visit.waiting:
        if item.mine.may:
            found.setdefault(item.summary.group, []).append(item)
    groups = (_group(key, like) for key, like in found.items() if len(like) > 1)
    return tuple(sorted(groups, key=lambda group: (-group.count, group.key)))


def _group(key: str, like: list[Item]) -> Group:
    handles = tuple(item.summary.handle for item in like)
    return Group(key, like[0].summary.sentence, len(like), handles)
