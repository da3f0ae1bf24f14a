"""Approved, and then something is changed: the call, the plan, the roles, the list, a stop."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.till_workspace import PEOPLE, till_files
from tests.worlds.ways import Waiting, Ways, open_ways
from watchkeeper.ledger.canonical import hidden_digest


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    """A world of its own: what is tried here changes the plan for everybody."""
    with open_ways(tmp_path_factory.mktemp("changing") / "world") as found:
        yield found


def files(ways: Ways, text: str = "Pays within limits.", **roles: list[str]) -> dict[str, str]:
    """The workspace with one thing changed."""
    found = till_files(ways.world.till, ways.world.keys, limits="pending_per_agent: 500")
    found["aims.yaml"] += f"console: {{url: '{ways.console.place}'}}\n"
    for role, held in roles.items():
        before = f"  {role}: [{', '.join(p for p in PEOPLE if role in PEOPLE[p])}]"
        assert before in found["aims.yaml"]
        found["aims.yaml"] = found["aims.yaml"].replace(before, f"  {role}: [{', '.join(held)}]")
    found["controls/limits.yaml"] = found["controls/limits.yaml"].replace(
        "Pays within limits.", text
    )
    return found


@pytest.mark.parametrize("change", [{"amount": 300.26}, {"to": "thief"}, {"amount": 999}])
def test_another_call_than_the_one_that_was_approved(ways: Ways, change: dict[str, Any]) -> None:
    waiting = ways.asks()
    assert ways.person("ben").approves(waiting).status_code == 200
    with ways.nothing_done():
        reply = ways.again(waiting, **change)
        assert reply.reason == "review-required"
        assert reply.handle != waiting.handle
    with ways.done_once():
        assert ways.again(waiting).done


def test_the_same_call_by_another_agent(ways: Ways) -> None:
    waiting = ways.asks("drop", what=secrets.token_hex(4))
    assert ways.person("ben").approves(waiting).status_code == 200
    with ways.nothing_done():
        assert ways.world.call(waiting.tool, agent="other", **waiting.arguments).reason == (
            "review-required"
        )


def test_64_kib_are_signed_to_the_last_byte(ways: Ways) -> None:
    text = "a" * 65_000
    waiting = ways.asks("drop", what=text + "b")
    seen = ways.person("ben").opens(waiting)
    assert text + "b" in seen["shown"]
    assert ways.person("ben").approves(waiting).status_code == 200
    with ways.nothing_done():
        assert ways.again(waiting, what=text + "c").reason == "review-required"
        assert ways.again(waiting, what=text).reason == "review-required"
    with ways.done_once():
        assert ways.again(waiting).done


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\"'><img src=x onerror=y>", "{{7*7}}", "pay\u202egnp"]
)
def test_markup_is_shown_as_text_and_approved_as_it_is(ways: Ways, name: str) -> None:
    waiting = ways.asks(to=name)
    page = ways.person("ben").visitor.get(f"/e/{waiting.handle}").text
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "49" not in page.partition("<h1>")[2].partition("</h1>")[0]
    assert "\u202e" not in page
    assert ways.person("ben").approves(waiting).status_code == 200
    with ways.done_once():
        assert ways.again(waiting).done
    assert ways.world.executed()[-1]["arguments"]["to"] == name


def _list(ways: Ways, *listed: Waiting) -> dict[str, Any]:
    ben = ways.person("ben")
    seen = [ben.opens(one) for one in listed]
    items = [
        {"handle": o.handle, "view": s["viewDigest"]} for o, s in zip(listed, seen, strict=True)
    ]
    views = {
        o.handle: {"view": s["view"], "receipt": s["receipt"]}
        for o, s in zip(listed, seen, strict=True)
    }
    return ben.signs(
        "approve-list", {"role": "lead", "reason": None, "items": items}, {"views": views}
    )


def test_a_list_with_one_foreign_item_approves_none_of_it(ways: Ways) -> None:
    mine = [ways.asks() for _ in range(3)]
    foreign = ways.asks("erase", what="everything")
    with ways.nothing_done():
        answer = ways.person("ben").posts(_list(ways, *mine, foreign))
        assert answer.status_code == 422
        assert "mixes" in answer.json()["detail"]
        assert {ways.again(one).reason for one in [*mine, foreign]} == {"review-required"}


def test_an_item_put_into_a_list_after_it_was_signed(ways: Ways) -> None:
    ben, mine, other = ways.person("ben"), [ways.asks(), ways.asks()], ways.asks(amount=999)
    said, larger = _list(ways, *mine), _list(ways, *mine, other)
    with ways.nothing_done():
        said["payload"], said["beside"] = larger["payload"], larger["beside"]
        assert ben.posts(said).status_code == 422
        assert ways.again(other).reason == "review-required"


def test_a_list_of_which_one_was_refused_meanwhile(ways: Ways) -> None:
    mine = [ways.asks() for _ in range(3)]
    said = _list(ways, *mine)
    ways.world.refuse(mine[2].handle, "cara")
    with ways.nothing_done():
        assert ways.person("ben").posts(said).status_code == 422
        assert ways.again(mine[0]).reason == "review-required"


def test_a_list_is_carried_out_once_for_each(ways: Ways) -> None:
    mine = [ways.asks() for _ in range(3)]
    said = _list(ways, *mine)
    assert ways.person("ben").posts(said).status_code == 200
    assert ways.person("ben").posts(said).status_code == 422
    for one in mine:
        with ways.done_once():
            assert ways.again(one).done
            ways.again(one)


def test_an_approval_that_was_taken_back(ways: Ways) -> None:
    ben, waiting = ways.person("ben"), ways.asks()
    said = ben.approval(waiting)
    assert ben.posts(said).status_code == 200
    assert ben.posts(ben.signs("withdraw", {"handle": waiting.handle, "reason": None})).is_success
    with ways.nothing_done():
        assert ways.again(waiting).reason == "review-required"
        assert ben.posts(said).status_code == 422
        assert ways.again(waiting).reason == "review-required"


def test_an_approval_of_another_is_not_taken_back(ways: Ways) -> None:
    ben, cara, waiting = ways.person("ben"), ways.person("cara"), ways.asks()
    assert ben.approves(waiting).status_code == 200
    asked = cara.asked("withdraw", {"handle": waiting.handle, "reason": None})
    assert asked.status_code == 422
    theirs = json.loads(
        base64.b64decode(ben.signs("withdraw", {"handle": waiting.handle})["payload"])
    )["body"]
    claimed = cara.asked("withdraw", theirs)
    assert claimed.status_code == 422
    with ways.done_once():
        assert ways.again(waiting).done


def test_a_verdict_on_what_was_refused(ways: Ways) -> None:
    waiting = ways.asks()
    said = ways.person("ben").approval(waiting)
    ways.world.refuse(waiting.handle, "cara")
    with ways.nothing_done():
        answer = ways.person("ben").posts(said)
        assert answer.status_code == 422
        assert "refused" in answer.json()["detail"]
        assert ways.again(waiting).reason != "permitted"


def test_a_stop_between_the_signature_and_the_call(changing: Ways) -> None:
    ben = changing.person("ben")
    approved, signed = changing.asks(), changing.asks()
    assert ben.approves(approved).status_code == 200
    said = ben.approval(signed)
    changing.world.stop("agent:payer")
    with changing.nothing_done():
        assert ben.posts(said).status_code == 422
        assert changing.again(approved).reason == "stopped"
        assert changing.again(signed).reason == "stopped"
        changing.world.resume("agent:payer")
        # What waited when it was stopped does not come back with the resume.
        assert (
            ben.posts(ben.signs("approve", {"handle": signed.handle, "role": "lead"})).status_code
            == 422
        )
        assert changing.again(approved).reason == "review-required"


def test_a_plan_released_between_the_approval_and_the_call(changing: Ways) -> None:
    ben = changing.person("ben")
    approved, signed = changing.asks(), changing.asks()
    assert ben.approves(approved).status_code == 200
    said = ben.approval(signed)
    changing.world.release(files(changing, f"Pays within limits, {secrets.token_hex(4)}."))
    with changing.nothing_done():
        late = ben.posts(said)
        assert late.status_code == 422
        assert "voided" in late.json()["detail"]
        assert changing.again(approved).reason in {"review-required", "plan-changed"}
        assert changing.again(signed).reason in {"review-required", "plan-changed"}


def test_a_reviewer_whose_role_a_newer_release_took(changing: Ways) -> None:
    ben, cara = changing.person("ben"), changing.person("cara")
    approved = changing.asks()
    assert cara.approves(approved).status_code == 200
    changing.world.release(files(changing, lead=["ben"]))
    waiting = changing.asks()
    try:
        seen = ben.opens(waiting)
        with changing.nothing_done():
            assert cara.visitor.get(f"/api/v1/escalations/{waiting.handle}").status_code == 404
            assert cara.posts(cara.approval(waiting, seen)).status_code == 403
            assert changing.again(waiting).reason == "review-required"
            assert not changing.again(approved).done
    finally:
        changing.world.release(files(changing, f"Pays within limits, {secrets.token_hex(4)}."))


def test_a_reason_of_another_is_not_put_under_a_refusal(ways: Ways) -> None:
    ben, waiting = ways.person("ben"), ways.asks()
    salt = secrets.token_bytes(16)
    body = {"handle": waiting.handle, "role": "lead", "reason": hidden_digest(salt, "too much")}
    said = ben.signs("refuse", body, {"reason": "as you like", "salt": salt.hex()})
    assert ben.posts(said).status_code == 422
    with ways.nothing_done():
        assert ways.again(waiting).reason == "review-required"
