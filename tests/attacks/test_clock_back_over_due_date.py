"""The clock is set back over the day on which an assessment ran out, so that it counts as good."""

from __future__ import annotations

import pytest

from tests.worlds.assessed import assessed_plan, pass_the_day
from tests.worlds.bank import Bank, escalated, pay
from watchkeeper.loop.steps import Refused
from watchkeeper.records.action import Reason


@pytest.mark.parametrize("boot", [False, True])
def test_nothing_is_decided_by_a_clock_that_went_back(boot: bool) -> None:
    bank = Bank(assessed_plan())
    pass_the_day(bank)
    asked = escalated(bank.ask(pay(100)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    bank.clock.leap(-86_400)
    if boot:
        bank.crash(mono=True)
    answer = bank.ask(pay(100, note="again"))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.CLOCK_UNSURE
