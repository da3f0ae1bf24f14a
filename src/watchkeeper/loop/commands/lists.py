"""One signature over many actions that were shown as a list (decision 0111)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.do.state.pending import Pending
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.binding import MOST_ITEMS, group_digest
from watchkeeper.loop.commands.apart import check_apart
from watchkeeper.loop.commands.asked import Asked, Desk, Verb, reason_of
from watchkeeper.loop.commands.reviews import (
    Said,
    check_plan,
    check_reason,
    check_reviewer,
    deputy_in,
    pending_of,
    record_verdict,
)
from watchkeeper.loop.inbox.binding import binding_of
from watchkeeper.loop.inbox.looked import Looked, looked
from watchkeeper.records.people import Answer


def _list(desk: Desk, asked: Asked) -> Any:
    """Decide a whole list, or nothing of it."""
    items = _items(asked)
    answer, role = Answer(asked.command.verb.removesuffix("-list")), asked.text("role")
    reason, payload = reason_of(asked)
    # Everything is checked before anything is recorded.
    found = [_checked(desk, asked, item, role) for item in items]
    _check_alike([pending for pending, _ in found])
    for pending, _ in found:
        check_reason(answer, pending, reason)
    away = deputy_in(desk, asked, role)
    group, said = group_digest(items), Said(answer, role, reason, payload, away)
    for pending, seen in found:
        record_verdict(desk, asked, pending, said, seen, group=group)
    return {"items": [{"handle": p.handle, "state": p.state.value} for p, _ in found]}


def _items(asked: Asked) -> list[Mapping[str, Any]]:
    items = asked.command.body.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise CommandInvalid(f"a list has 1 to {MOST_ITEMS} items")
    if any(
        not isinstance(item, dict) or set(item) != {"handle", "binding", "view"} for item in items
    ):
        raise CommandInvalid("an item is a handle, its binding and its view")
    if len({str(item["handle"]) for item in items}) != len(items):
        raise CommandInvalid("the list names an action twice")
    return items


def _checked(
    desk: Desk, asked: Asked, item: Mapping[str, Any], role: str
) -> tuple[Pending, Looked]:
    pending = pending_of(desk, str(item["handle"]))
    check_plan(desk, pending)
    if item["binding"] != binding_of(pending, role):
        raise CommandInvalid(f"{cut(pending.handle)} is not what was shown", "look again")
    check_reviewer(desk, asked, role, pending)
    if asked.command.verb == "approve-list":
        check_apart(desk.home, asked.command.person, asked.signature, pending)
    beside = asked.beside.get("views")
    given = beside.get(pending.handle) if isinstance(beside, dict) else None
    body = {"view": item["view"], "millis": asked.command.body.get("millis")}
    seen = looked(
        desk.home, pending, asked.command.person, body, given if isinstance(given, dict) else {}
    )
    return pending, seen


def _check_alike(pendings: list[Pending]) -> None:
    """A list is of one kind, so that whoever reads the first one reads the others as quickly."""
    if len({(p.agent, p.action, p.reviews) for p in pendings}) > 1:
        raise CommandInvalid(
            "the list mixes agents, tools or reviews", "decide each kind by itself"
        )


VERBS = {"approve-list": Verb(_list), "refuse-list": Verb(_list)}
