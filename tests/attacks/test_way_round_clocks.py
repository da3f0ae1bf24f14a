"""A clock that is put back or ahead, by minutes or hours: nobody gains time by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.bank import escalated, pay
from tests.worlds.console import Visitor
from tests.worlds.pages import Desk
from watchkeeper.loop.steps import Allowed, Refused
from watchkeeper.records.action import Reason

API = "/api/v1"
HOUR = 3_600
REVIEW = 4 * HOUR


@pytest.fixture
def desk() -> Desk:
    return Desk("http://localhost:8932")


def signed(desk: Desk, ben: Visitor, handle: str) -> Any:
    body = {"handle": handle, "role": "lead", "reason": None}
    asked = ben.post(f"{API}/challenges", {"verb": "approve", "body": body}).json()
    answer = desk.holders["ben"].web_answer(asked["challenge"])
    return {"payload": asked["payload"], "assertion": answer, "beside": {}}


@pytest.mark.parametrize("ticked", [True, False])
def test_what_has_expired_is_not_approved_by_a_clock_put_back(desk: Desk, ticked: bool) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    desk.bank.clock.advance(REVIEW + 60)
    if ticked:
        desk.bank.kernel.tick()
    else:
        desk.bank.ask(pay(1, mark="other", note="other"))
    desk.bank.clock.leap(-REVIEW)
    ben = desk.visitor("ben")
    answer = ben.post(f"{API}/commands", signed(desk, ben, handle))
    assert answer.status_code == 422
    assert "not waiting any more" in answer.json()["detail"]
    assert not isinstance(desk.bank.ask(pay(300)), Allowed)


def test_an_approval_does_not_outlive_its_time_by_a_clock_put_back(desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    desk.bank.approve(handle)
    desk.bank.clock.advance(REVIEW + 60)
    desk.bank.kernel.tick()
    desk.bank.clock.leap(-REVIEW)
    assert not isinstance(desk.bank.come_back(handle), Allowed)
    assert not isinstance(desk.bank.ask(pay(300)), Allowed)


@pytest.mark.parametrize("seconds", [301, HOUR, -301, -HOUR])
def test_what_was_signed_long_ago_or_later_on_is_refused(desk: Desk, seconds: int) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    ben = desk.visitor("ben")
    said = signed(desk, ben, handle)
    desk.bank.clock.leap(seconds)
    answer = ben.post(f"{API}/commands", said)
    assert answer.status_code == 422
    assert "clock that is off" in answer.json()["detail"]
    assert not isinstance(desk.bank.ask(pay(300)), Allowed)


@pytest.mark.parametrize("seconds", [240, -240])
def test_a_clock_that_leapt_minutes_carries_out_nothing_that_was_approved(
    desk: Desk, seconds: int
) -> None:
    """The word of a person is taken, for the browser's clock is never asked; the act waits."""
    handle = escalated(desk.bank.ask(pay(300))).handle
    ben = desk.visitor("ben")
    said = signed(desk, ben, handle)
    desk.bank.clock.leap(seconds)
    assert ben.post(f"{API}/commands", said).status_code == 200
    answer = desk.bank.come_back(handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.CLOCK_UNSURE


def test_a_session_does_not_last_longer_by_a_clock_put_back(desk: Desk) -> None:
    ben = desk.visitor("ben")
    for _ in range(17):
        desk.bank.clock.advance(29 * 60)
        desk.bank.clock.leap(-29 * 60)
        alive = ben.signed_in
    assert not alive
    rests = desk.visitor("ben")
    desk.bank.clock.advance(31 * 60)
    desk.bank.clock.leap(-31 * 60)
    assert not rests.signed_in


def test_a_challenge_to_sign_in_is_not_kept_by_a_clock_put_back(desk: Desk) -> None:
    visitor = desk.visitor()
    asked = visitor.post(f"{API}/sign-in/passkey/options").json()
    desk.bank.clock.advance(125)
    desk.bank.clock.leap(-125)
    body = {
        "challenge": asked["challenge"],
        "assertion": desk.holders["ben"].web_answer(asked["challenge"]),
    }
    assert visitor.post(f"{API}/sign-in/passkey", body).status_code == 403
