"""How far back the charges that are kept go: never further than what was read again."""

from __future__ import annotations

from decimal import Decimal

from watchkeeper.do.state.budget import Budgets
from watchkeeper.records.instant import Instant

HOUR, DAY = 3_600, 86_400
NOW = Instant(1_800_000_000_000_000)


def test_charges_that_were_dropped_are_not_said_to_be_there() -> None:
    budgets = Budgets()
    budgets.keep_for(HOUR, NOW.plus(-7 * DAY))
    budgets.reserve("a", NOW.plus(-2 * HOUR), [("grant", Decimal(5))])
    budgets.reserve("b", NOW, [("grant", Decimal(5))])
    assert budgets.reaches(NOW, HOUR)
    assert not budgets.reaches(NOW, DAY)


def test_after_a_day_was_read_again_a_week_is_not_there() -> None:
    budgets = Budgets()
    budgets.keep_for(HOUR, NOW.plus(-7 * DAY))
    budgets.forget(NOW.plus(-DAY))
    assert budgets.reaches(NOW, DAY)
    assert not budgets.reaches(NOW, 7 * DAY)
