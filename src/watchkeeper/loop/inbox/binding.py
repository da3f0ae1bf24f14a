"""What a person signs to decide: bodies of commands, filled from the home's own state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from watchkeeper.do.state.pending import Pending, PendingActions
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.binding import MOST_ITEMS, item_binding
from watchkeeper.loop.home import Home
from watchkeeper.loop.inbox.lending import lent_body
from watchkeeper.loop.inbox.objections import stands_in
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import render_instant


def bound_values(pending: Pending) -> dict[str, Any]:
    """Return the seven values that a verdict on a pending action is bound to."""
    return {
        "request": pending.digest,
        "tool": pending.action,
        "pin": pending.pin,
        "agent": pending.agent,
        "plan": pending.plan,
        "shown": pending.shown,
        "expires": render_instant(pending.expires),
    }


def binding_of(pending: Pending, role: str) -> str:
    """Return what stands for a pending action in a list that decides many."""
    return item_binding({"handle": pending.handle, **bound_values(pending), "role": role})


def verdict_body(
    pending: Pending, role: str, reason: str | None = None, view: str | None = None
) -> dict[str, Any]:
    """Return the body of `approve` and `refuse`; `reason` and `view` are digests."""
    body = {"handle": pending.handle, **bound_values(pending), "role": role, "reason": reason}
    return body if view is None else {**body, "view": view}


def list_body(
    pendings: Sequence[Pending],
    role: str,
    reason: str | None = None,
    views: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the body of `approve-list` and `refuse-list`; `views` are digests by handle."""
    seen = views or {}
    items = [_item(pending, role, seen.get(pending.handle)) for pending in pendings]
    return {"role": role, "reason": reason, "items": items}


def bound_body(home: Home, person: str, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a command, with all that it is bound to filled in.

    Whoever asks says what is to be decided and in which role; what stands for it comes from the
    home's own state: also for whom a deputy speaks, and what an approval ahead is of. A verb that
    is about neither keeps its body.

    Raises:
        CommandInvalid: no action waits under a handle, or nothing may be approved ahead by it.
    """
    waiting = home.state.pending
    if verb in _ONE:
        pending = _waiting(waiting, body.get("handle"))
        bound = {"handle": pending.handle, **_ONE[verb](pending, person)}
        return {**body, **bound, **_stead(home, person, body.get("role"), pending)}
    if verb in _LISTS:
        items = _items(waiting, body)
        first = _waiting(waiting, items[0]["handle"]) if items else None
        stead = _stead(home, person, body.get("role"), first) if first else {}
        return {**body, "items": items, **stead}
    return lent_body(home, person, verb, body)


def _stead(home: Home, person: str, role: Any, pending: Pending) -> dict[str, Any]:
    """Return for whom a deputy answers, where the role is not their own."""
    for away in stands_in(home.state, person, pending, home.now()):
        if away.role == role:
            return {"for": away.person, "absence": to_json(away.ref)}
    return {}


def _request(pending: Pending, _: str) -> dict[str, Any]:
    return {"request": pending.digest}


def _taken_back(pending: Pending, person: str) -> dict[str, Any]:
    mine = next((v.ref for v in pending.verdicts if v.reviewer == person), None)
    if mine is None:
        raise CommandInvalid("there is no approval of yours to take back")
    return {"request": pending.digest, "verdict": {"shard": mine.shard, "index": mine.index}}


_ONE = {
    "approve": lambda pending, _: bound_values(pending),
    "refuse": lambda pending, _: bound_values(pending),
    "ask": _request,
    "withdraw": _taken_back,
}
_LISTS = frozenset({"approve-list", "refuse-list"})


def _items(waiting: PendingActions, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    named, role = body.get("items"), body.get("role")
    if not isinstance(named, list) or not isinstance(role, str):
        raise CommandInvalid("a list has a `role` and `items`, each a `handle` and a `view`")
    if len(named) > MOST_ITEMS or not all(isinstance(one, dict) for one in named):
        raise CommandInvalid(f"a list has at most {MOST_ITEMS} items")
    return [_item(_waiting(waiting, one.get("handle")), role, one.get("view")) for one in named]


def _item(pending: Pending, role: str, view: str | None) -> dict[str, Any]:
    return {"handle": pending.handle, "binding": binding_of(pending, role), "view": view}


def _waiting(waiting: PendingActions, handle: Any) -> Pending:
    pending = waiting.by_handle(str(handle))
    if pending is None:
        raise CommandInvalid(f"no action waits under {cut(str(handle))}")
    return pending
