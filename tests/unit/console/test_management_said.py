"""What of the management system counts, on the pages of an escalation and of a decision."""

from __future__ import annotations

import pytest

from tests.worlds.assessed import assessed_plan, pass_the_day
from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.pages import Desk
from watchkeeper.console.pages.table import API

SAID = "the impact assessment of desk is stale: past its date"


@pytest.fixture
def desk() -> Desk:
    return Desk("http://localhost:8932", bundle=assessed_plan())


def test_whoever_is_asked_and_whoever_looks_later_is_told_what_is_out_of_date(desk: Desk) -> None:
    pass_the_day(desk.bank)
    handle = escalated(desk.bank.ask(pay(100))).handle
    assert desk.get(f"{API}/escalations/{handle}").json()["management"] == [SAID]
    assert SAID in desk.get(f"/e/{handle}").text
    desk.bank.approve(handle)
    done = allowed(desk.bank.come_back(handle)).request.action_id
    assert desk.get(f"{API}/decisions/{done}").json()["management"] == [SAID]
    assert SAID in desk.get(f"/d/{done}").text


def test_where_all_is_well_nothing_is_said_of_it(desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    assert desk.get(f"{API}/escalations/{handle}").json()["management"] == []
    assert "management system" not in desk.get(f"/e/{handle}").text
