"""A day is good until its end."""

from __future__ import annotations

import pytest

from watchkeeper.records.day import after_day, day_of, has_passed
from watchkeeper.records.instant import parse_instant, render_instant


@pytest.mark.parametrize(
    ("day", "after"),
    [
        ("2027-05-01", "2027-05-02T00:00:00.000000Z"),
        ("2028-02-28", "2028-02-29T00:00:00.000000Z"),
        ("0001-01-01", "0001-01-02T00:00:00.000000Z"),
        ("9999-12-31", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_it_has_passed_from_the_first_moment_of_the_next(day: str, after: str) -> None:
    end = after_day(day)
    assert render_instant(end) == after
    assert has_passed(day, end)
    assert not has_passed(day, type(end)(end - 1))
    assert day_of(type(end)(end - 2)) == day


def test_the_day_of_a_moment_is_that_in_utc() -> None:
    assert day_of(parse_instant("2026-11-23T23:59:59.999999Z")) == "2026-11-23"
    assert day_of(parse_instant("1969-12-31T23:59:59.000000Z")) == "1969-12-31"
