"""Waiting at the edge of a window, or moving the clock over it, spends no more than one window."""

from __future__ import annotations

import pytest

from tests.worlds.memory import START
from tests.worlds.shared import SharedBank, changed
from watchkeeper.records.instant import parse_instant

_DAY = changed("budgets.yaml", "within: 24h", "within: day\n    zone: Europe/Berlin")
_MONTH = changed("budgets.yaml", "within: 24h", "within: month\n    zone: Europe/Berlin")
_WEEK = changed("budgets.yaml", "within: 24h", "within: week\n    zone: Europe/Berlin")


def _until(bank: SharedBank, text: str) -> None:
    """Let the time come to a moment, to the microsecond."""
    gap = parse_instant(f"{text}Z") - bank.clock.wall()
    assert gap >= 0
    bank.clock.advance(gap / 1_000_000)


def test_a_rolling_window_is_whole_to_its_last_microsecond() -> None:
    bank = SharedBank()
    assert bank.pay("payer", 100)
    bank.clock.advance(86_399.999999)
    assert not bank.pay("seller", 0.01)
    bank.clock.advance(0.000001)
    assert bank.pay("seller", 100)
    assert not bank.pay("clerk", 0.01)


@pytest.mark.parametrize(
    ("plan", "last", "first"),
    [
        # The sample clock starts on Monday 2026-11-23; midnight in Berlin is 23:00 UTC.
        (_DAY, "2026-11-23T22:59:59.999999", "2026-11-23T23:00:00.000000"),
        (_WEEK, "2026-11-29T22:59:59.999999", "2026-11-29T23:00:00.000000"),
        (_MONTH, "2026-11-30T22:59:59.999999", "2026-11-30T23:00:00.000000"),
    ],
)
def test_a_calendar_window_ends_at_its_own_midnight(
    plan: dict[str, str | None], last: str, first: str
) -> None:
    assert str(START).startswith("2026-11-23")
    bank = SharedBank(plan)
    assert bank.pay("payer", 60)
    _until(bank, last)
    assert not bank.pay("seller", 40.01)
    assert bank.pay("seller", 40)
    _until(bank, first)
    assert bank.pay("clerk", 100)
    assert not bank.pay("payer", 0.01)


def test_a_clock_that_is_set_back_opens_no_window_again() -> None:
    bank = SharedBank(_DAY)
    assert bank.pay("payer", 100)
    bank.clock.leap(-86_400)
    assert not bank.pay("seller", 0.01)


def test_a_clock_that_is_set_ahead_opens_none_either() -> None:
    bank = SharedBank(_DAY)
    assert bank.pay("payer", 100)
    bank.clock.leap(86_400)
    assert not bank.pay("seller", 0.01)
    bank.clock.leap(-86_400)
    assert not bank.pay("seller", 0.01)
