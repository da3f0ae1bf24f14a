"""Plant easy escalations and answer them at once, so that the share of timely ones rises."""

from __future__ import annotations

import pytest

from tests.worlds import measured as m
from tests.worlds import records as world
from tests.worlds.bank import Bank, bank_bundle, escalated, pay
from tests.worlds.drills import drilled, handle_of, planted, turn
from watchkeeper.check.objectives import measure
from watchkeeper.records.drill import Observed
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.management.objectives import Counted


@pytest.mark.parametrize("of", [Counted.ESCALATIONS, Counted.VERDICTS, Counted.DECISIONS])
def test_what_was_planted_adds_nothing(of: Counted) -> None:
    stream = world.begun()
    late = m.escalate(stream)
    m.answer(stream, late, m.HOUR)
    asked = m.count(of, at_most="9")
    before = m.one(stream, asked)
    for number in range(5):
        drill = m.commit(stream, f"c{number}")
        made_up = m.escalate(stream)
        m.answer(stream, made_up, 1, Answer.REFUSE)
        m.reveal(stream, drill, made_up, Observed.REFUSED, f"c{number}")
    after = m.one(stream, asked)
    assert (after.number, after.of, after.last) == (before.number, before.of, before.last)


def test_in_a_home_too() -> None:
    bank = Bank(drilled(bank_bundle()))
    handle = escalated(bank.ask(pay(300))).handle
    bank.clock.advance(m.HOUR)
    bank.refuse(handle, "ben")
    bank.refuse(handle_of(bank, planted(bank)), "ben")
    bank.clock.advance(5 * m.HOUR)
    turn(bank)
    bundle = drilled(m.plan(m.objective()))
    found = measure(bank.entries(), bundle, {}.get, bank.home.now())
    assert (found.planted, found.unmatched) == (1, 0)
    assert (found.rows[0].number, found.rows[0].of, found.rows[0].other_stage) == (0, 0, 1)


def test_a_real_one_can_not_be_declared_planted() -> None:
    stream = world.begun()
    late = m.escalate(stream)
    m.answer(stream, late, m.HOUR)
    drill = m.commit(stream)  # only after it was made
    m.reveal(stream, drill, late, Observed.REFUSED)
    found = m.measured(stream, m.objective())
    assert (found.rows[0].of, found.rows[0].number, found.planted) == (1, 0, 0)
    assert found.unmatched == 1
