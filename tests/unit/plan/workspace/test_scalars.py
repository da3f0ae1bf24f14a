"""The small values of workspace files."""

from __future__ import annotations

import pytest

from watchkeeper.plan.workspace.models.scalars import (
    check_day,
    check_id,
    check_key,
    check_source,
    decimal_text,
    moment_text,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("4h", 14_400), ("7d", 604_800), ("2w", 1_209_600)],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("value", ["24", 24, "0h", "1.5h", "1 h", "h", "-1h", "1y", None, "99999d"])
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(value)


@pytest.mark.parametrize("value", ["200.00", "0.01", 5, "-3", "0.0001", "899999999999999"])
def test_limits_stay_as_written(value: object) -> None:
    assert decimal_text(value) == str(value)


@pytest.mark.parametrize(
    "value", ["1e3", "0.00001", "NaN", "inf", "", "1,000", True, None, 1.5, "1_0", "٣", "+1", ".5"]
)
def test_what_is_no_limit(value: object) -> None:
    with pytest.raises(ValueError, match="limit"):
        decimal_text(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-06-30", "2027-06-30T00:00:00Z"),
        ("2027-06-30T18:00:00Z", "2027-06-30T18:00:00Z"),
        ("2027-06-30T18:00:00+02:00", "2027-06-30T16:00:00Z"),
        ("2027-06-30T18:00Z", "2027-06-30T18:00:00Z"),
    ],
)
def test_times_become_utc(text: str, moment: str) -> None:
    assert moment_text(text) == moment


@pytest.mark.parametrize(
    "value", ["30.06.2027", "2027-06-30T18:00:00", 20270630, None, "2027-13-01"]
)
def test_what_is_no_time(value: object) -> None:
    with pytest.raises(ValueError):
        moment_text(value)


@pytest.mark.parametrize("text", ["a", "a-b", "refund-desk", "x1", "a" * 63])
def test_ids(text: str) -> None:
    assert check_id(text) == text


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a.b", "a b", "a" * 64, "ä", "a\n"])
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="id"):
        check_id(text)


@pytest.mark.parametrize("text", ["env:TOKEN", "file:a/b.txt", "text:", "text:x y"])
def test_sources(text: str) -> None:
    assert check_source(text) == text


@pytest.mark.parametrize("text", ["TOKEN", "env:", "env:A B", "file:", "http://x"])
def test_what_is_no_source(text: str) -> None:
    with pytest.raises(ValueError, match="env:NAME"):
        check_source(text)


@pytest.mark.parametrize("text", ["", "abc", "A" * 44, "AAAA", "A" * 43 + "\n="])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        check_key(text)


def test_days() -> None:
    assert check_day("2027-06-30") == "2027-06-30"
    with pytest.raises(ValueError):
        check_day("2027-06-31")
