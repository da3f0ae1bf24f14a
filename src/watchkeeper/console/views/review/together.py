"""Like actions as one list, shown whole: what one signature may decide."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.console.views.authority import Bar, bars_of
from watchkeeper.console.views.review.choices import stead_of
from watchkeeper.console.views.review.escalation import Asked, Before, Why, asked_back, before, whys
from watchkeeper.console.views.review.waiting import Value, values
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.do.state.pending import Pending
from watchkeeper.ledger.binding import MOST_ITEMS
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.loop.inbox import Item, Opened
from watchkeeper.loop.inbox.binding import bound_values
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.policies import REQUIRED
from watchkeeper.records.reference import Ref

GONE = "nothing of this kind waits for you any more"


@dataclass(frozen=True, slots=True)
class Listed:
    """One action of a list.

    `cells` are its values under the list's `columns`, None where it has none. `shown` is the exact
    text whose SHA-256 stands in `bound`, which are the values that a verdict on it is bound to;
    `view` is all else that stands here, with its digest and the receipt for when it was given out.
    `facts_age` is the age of its oldest fact, in seconds.
    """

    handle: str
    action_id: str
    decision: Ref
    sentence: str
    cells: tuple[str | None, ...]
    at: Instant
    expires: Instant
    facts_age: int | None
    similar: tuple[Before, ...]
    dialogue: tuple[Asked, ...]
    bound: Mapping[str, Any]
    shown: str
    view: Mapping[str, Any]
    view_digest: str
    receipt: str


@dataclass(frozen=True, slots=True)
class Together:
    """Like actions of one agent, with one tool, for the same reviews.

    `same` is what all of them share, `columns` name what differs. `left` is how many more there
    are: a list holds fifty. With `reason` an approval needs one. `stead` names those who are away
    and for whom the person answers.
    """

    like: str
    agent: str
    system: str
    tool: str
    roles: tuple[str, ...]
    stead: tuple[str, ...]
    reason: bool
    why: tuple[Why, ...]
    same: tuple[Value, ...]
    columns: tuple[str, ...]
    items: tuple[Listed, ...]
    left: int
    budgets: tuple[Bar, ...]
    lately: tuple[Before, ...]

    @property
    def signed(self) -> list[dict[str, Any]]:
        """What a page needs to sign for each action."""
        return [
            {
                "bound": dict(row.bound),
                "shown": row.shown,
                "view": dict(row.view),
                "viewDigest": row.view_digest,
                "receipt": row.receipt,
            }
            for row in self.items
        ]


@dataclass(frozen=True, slots=True)
class _Open:
    pending: Pending
    item: Item
    opened: Opened
    said: dict[str, Any]


async def together(visit: Visit) -> Together | Missing:
    """Return the oldest fifty of the actions that `like` names and the person may decide."""
    like = visit.query.get("like", "")
    alike = [item for item in visit.waiting if item.mine.may and item.summary.group == like]
    opened = []
    for item in alike[:MOST_ITEMS]:
        await asyncio.sleep(0)  # what agents ask for is decided in between
        one = _open(visit, item)
        if one is not None:
            opened.append(one)
    return _seen(visit, like, opened, len(alike) - len(opened)) if opened else Missing(GONE)


def _open(visit: Visit, item: Item) -> _Open | None:
    handle = item.summary.handle
    pending = visit.home.state.pending.by_handle(handle)
    opened = visit.inbox.open(handle, visit.person)
    if pending is None or opened is None or opened.shown is None or not opened.item.mine.may:
        return None
    return _Open(pending, item, opened, _said(opened.shown))


def _said(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments by name, those that matter first, and the facts as `source.value`."""
    arguments = dict(shown.get("arguments", {}))
    first = {name: arguments[name] for name in shown.get("first", ()) if name in arguments}
    facts = {
        f"{source}.{name}": value
        for source, found in sorted(shown.get("facts", {}).items())
        if isinstance(found, Mapping)
        for name, value in sorted(found.items())
    }
    behalf = {"on behalf of": shown["onBehalfOf"]} if shown.get("onBehalfOf") else {}
    return {**first, **arguments, **behalf, **facts}


def _seen(visit: Visit, like: str, opened: list[_Open], left: int) -> Together:
    first = opened[0]
    names = list(dict.fromkeys(name for one in opened for name in one.said))
    same = [name for name in names if all(_alike(one, first, name) for one in opened)]
    columns = tuple(name for name in names if name not in same)
    roles = set(first.item.mine.roles).intersection(*(one.item.mine.roles for one in opened))
    pending, past = first.pending, visit.inbox.past
    return Together(
        like=like,
        agent=pending.agent,
        system=pending.system,
        tool=pending.action,
        roles=tuple(sorted(roles)),
        stead=stead_of(visit, first.item),
        reason=pending.reason == REQUIRED,
        why=whys(visit, pending.reviews),
        same=values((name, first.said[name]) for name in same),
        columns=columns,
        items=tuple(_row(visit, one, columns) for one in opened),
        left=left,
        budgets=bars_of(visit, pending.agent, pending.action),
        lately=tuple(before(done) for done in past.lately(pending.agent)),
    )


def _alike(one: _Open, first: _Open, name: str) -> bool:
    """Tell whether both say the same there, and both say it: 1 is not True, and not 1.0."""
    if name not in one.said or name not in first.said:
        return False
    return canonical_arguments(one.said[name]) == canonical_arguments(first.said[name])


def _row(visit: Visit, one: _Open, columns: tuple[str, ...]) -> Listed:
    pending, opened = one.pending, one.opened
    cells = dict.fromkeys(columns) | {v.name: v.text for v in values(one.said.items())}
    ages = opened.view.get("factsAge", {}).values()
    return Listed(
        handle=pending.handle,
        action_id=pending.action_id,
        decision=pending.decision,
        sentence=one.item.summary.sentence,
        cells=tuple(cells[name] for name in columns),
        at=pending.at,
        expires=pending.expires,
        facts_age=max(ages, default=None),
        similar=tuple(before(done) for done in visit.inbox.past.similar(pending.action_id)),
        dialogue=asked_back(visit, pending),
        bound={"handle": pending.handle, **bound_values(pending)},
        shown=canonical_arguments(opened.shown).decode(),
        view=opened.view,
        view_digest=opened.view_digest,
        receipt=opened.receipt,
    )
