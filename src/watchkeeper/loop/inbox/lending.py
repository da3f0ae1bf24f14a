"""What a person signs to lend their word: an approval ahead, an absence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.loop.ahead import offer_on
from watchkeeper.loop.home import Home
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import render_instant


def lent_body(home: Home, person: str, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of `standing` and `away`, filled from the home's state; others as they are.

    A standing approval is asked for with `handle`, `count`, `seconds`, `caps` and `same` (the
    same resource alone); an absence with `role`, `deputy`, `since`, `until`.

    Raises:
        CommandInvalid: nothing may be approved ahead by this person's approval.
    """
    if verb == "standing":
        return _standing(home, person, body)
    if verb == "away":
        return {"person": person, **body, "id": f"abs_{home.ids.random_bytes(8).hex()}"}
    return dict(body)


def _standing(home: Home, person: str, body: Mapping[str, Any]) -> dict[str, Any]:
    offer = offer_on(home, person, str(body.get("handle")))
    if offer is None:
        raise CommandInvalid(
            f"no approval of yours on {cut(str(body.get('handle')))} may be made a standing one"
        )
    count, seconds, caps = body.get("count"), body.get("seconds"), body.get("caps")
    if type(count) is not int or type(seconds) is not int or not 0 < seconds < 1 << 31:
        raise CommandInvalid("a standing approval has a `count` and `seconds`")
    return {
        "id": f"std_{home.ids.random_bytes(8).hex()}",
        "role": offer.role,
        "reviews": list(offer.reviews),
        "agent": offer.agent,
        "action": offer.action,
        "resource": offer.resource if body.get("same") is True else None,
        "caps": caps if isinstance(caps, list) else [],
        "count": count,
        "until": render_instant(home.now().plus(seconds)),
        "plan": offer.plan,
        "from": to_json(offer.approval),
    }
