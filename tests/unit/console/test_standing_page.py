"""Approving ahead and standing in, over the console: read, offered, signed, ended, and told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.bank import allowed, escalated
from tests.worlds.pages import Desk
from tests.worlds.standing import (
    approve_ahead,
    approved,
    finish,
    go_away,
    more,
    paid,
    standing_plan,
)
from watchkeeper.console.pages.table import API


@pytest.fixture
def desk() -> Desk:
    return Desk("http://localhost:8932", bundle=standing_plan())


def _standing(desk: Desk, person: str = "ben", query: str = "") -> Any:
    found = desk.get(f"{API}/standing{query}", person)
    assert found.status_code == 200, found.text
    return found.json()


def test_the_next_ones_like_one_are_offered_signed_used_and_ended(desk: Desk) -> None:
    approved(desk.bank, "ben", 300)
    (offer,) = _standing(desk)["offers"]
    assert (offer["left"], offer["minutes"], offer["most"]) == (3, 60, {"amount": "400.00"})
    assert _standing(desk, "cyd")["offers"] == []
    html = desk.get(f"/standing?of={offer['handle']}").text
    assert "Approve the next ones like this" in html
    assert "The plan lets 3 more" in html
    asked = {
        "handle": offer["handle"],
        "count": 2,
        "seconds": 600,
        "same": True,
        "caps": [{"argument": "amount", "most": "350"}],
    }
    ben = desk.visitor("ben")
    said = ben.say(desk.holders["ben"], "standing", asked)
    assert said.status_code == 200, said.text
    done = paid(desk.bank, 340)
    (held,) = _standing(desk, "cyd")["standing"]
    assert (held["used"], held["count"], held["caps"]) == (1, 2, {"amount": "350"})
    assert (held["mayEnd"], held["sameResource"], held["name"]) == (False, True, "Ben")
    assert "1 of 2 left" in desk.get("/standing").text
    action = desk.get(f"{API}/decisions/{done.request.action_id}").json()
    (link,) = [one for one in action["chain"] if one["kind"] == "reviewer"]
    assert link["who"] == "ben"
    assert link["what"].startswith(f"approved it ahead as lead, by {held['id']} of record")
    ended = ben.say(desk.holders["ben"], "end-standing", {"id": held["id"], "reason": None})
    assert ended.status_code == 200
    assert _standing(desk)["standing"] == []


def test_what_the_plan_does_not_let_is_neither_offered_nor_taken(desk: Desk) -> None:
    handle = escalated(desk.bank.ask(more(300))).handle
    page = desk.get(f"{API}/escalations/{handle}").json()
    assert page["choices"].get("ahead", False) is False
    asked = desk.visitor("ben").post(
        f"{API}/challenges",
        {"verb": "standing", "body": {"handle": handle, "count": 2, "seconds": 60, "caps": []}},
    )
    assert asked.status_code == 422
    desk.bank.approve(handle, "ben")
    page = desk.get(f"{API}/escalations/{handle}").json()
    assert page["choices"]["ahead"] is True
    assert f"/standing?of={handle}" in desk.get(f"/e/{handle}").text
    assert page["choices"]["withdraw"] is True
    for body in ({"count": 99}, {"seconds": 99_999}, {"caps": []}, {"count": "2"}, {"seconds": -1}):
        wanted = {"handle": handle, "count": 1, "seconds": 60, **body}
        caps = {"caps": [{"argument": "amount", "most": "1"}], **wanted}
        ben = desk.visitor("ben")
        made = ben.post(f"{API}/challenges", {"verb": "standing", "body": caps})
        if made.status_code == 200:
            assert ben.say(desk.holders["ben"], "standing", caps).status_code == 422
    assert _standing(desk)["standing"] == []


def test_a_deputy_decides_at_the_console_as_the_holder_would(desk: Desk) -> None:
    desk.holders["dan"] = type(desk.holders["ben"])("dan", origin=desk.url)
    desk = Desk(desk.url, bundle=standing_plan(), people=("ana", "ben", "cyd", "dan"))
    go_away(desk.bank, "ben")
    (away,) = _standing(desk, "dan")["away"]
    assert (away["person"], away["deputy"], away["now"], away["mayEnd"]) == (
        "ben",
        "dan",
        True,
        False,
    )
    assert "Dan</bdi></strong> stands in for" in desk.get("/standing", "ana").text
    handle = escalated(desk.bank.ask(more(300))).handle
    dan = desk.visitor("dan")
    item = dan.get(f"{API}/escalations/{handle}").json()
    assert item["mine"]["may"] is True
    said = dan.say(
        desk.holders["dan"], "approve", {"handle": handle, "role": "lead", "reason": None}
    )
    assert said.status_code == 200, said.text
    done = allowed(desk.bank.come_back(handle))
    chain = desk.get(f"{API}/decisions/{done.request.action_id}").json()["chain"]
    assert "said approve as lead, standing in for Ben" in {link["what"] for link in chain}
    page = desk.get(f"/d/{done.request.action_id}").text
    assert "lead for ben" in page


def test_a_holder_says_that_they_are_away_and_comes_back(desk: Desk) -> None:
    assert _standing(desk)["deputies"] == {"lead": ["dan"]}
    assert _standing(desk, "ana")["deputies"] == {"lead": ["dan"]}
    ben = desk.visitor("ben")
    body = {
        "role": "lead",
        "deputy": "dan",
        "since": "2026-11-23T00:00:00.000000Z",
        "until": "2026-12-01T00:00:00.000000Z",
    }
    assert ben.say(desk.holders["ben"], "away", body).status_code == 200
    (away,) = _standing(desk)["away"]
    assert away["mayEnd"] is True
    assert ben.say(desk.holders["ben"], "end-absence", {"id": away["id"]}).status_code == 200
    assert _standing(desk)["away"] == []


def test_who_is_asked_sees_who_approved_ahead(desk: Desk) -> None:
    desk = Desk(desk.url, bundle=standing_plan(approvals=2))
    first = escalated(desk.bank.ask(more(300))).handle
    for person in ("ben", "cyd"):
        desk.bank.approve(first, person)
    finish(desk.bank, first)
    pending = desk.bank.home.state.pending.by_handle(first)
    assert pending is not None
    approve_ahead(desk.bank, "ben", pending.verdicts[0].ref)
    handle = escalated(desk.bank.ask(more(300))).handle
    (ahead,) = desk.get(f"{API}/escalations/{handle}", "cyd").json()["approved"]
    assert (ahead["person"], ahead["ahead"]) == ("ben", True)
    assert "</bdi>, ahead" in desk.get(f"/e/{handle}", "cyd").text
