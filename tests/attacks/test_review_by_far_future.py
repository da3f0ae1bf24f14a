"""Days on which no assessment runs out, or that are none: far away, long ago, not in a calendar."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.assessed import GOOD_UNTIL, IMPACT, managed_files, signed
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.instant import Instant, parse_instant, render_instant
from watchkeeper.records.plan.bundle import Bundle

NOW = parse_instant("2026-11-23T08:00:00.000000Z")


def _until(plan: Bundle) -> str:
    assert plan.management is not None
    found = next(one.until for one in plan.management.watched if one.topic == "impact")
    return render_instant(found or Instant(0))


def _linted(tmp_path: Path, day: str, at: Instant | None = None) -> tuple[Bundle | None, list[str]]:
    files = signed({**managed_files(), "impacts/desk.yaml": IMPACT.replace(GOOD_UNTIL, day)})
    found = lint_workspace(write_workspace(tmp_path, files), at)
    return found.bundle, [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("9999-12-31", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-30", "9999-12-31T00:00:00.000000Z"),
        ("0001-01-01", "0001-01-02T00:00:00.000000Z"),
        ("2028-02-29", "2028-03-01T00:00:00.000000Z"),
        ("2016-12-31", "2017-01-01T00:00:00.000000Z"),  # with a leap second, which no day has
    ],
)
def test_every_day_of_the_calendar_has_its_moment(tmp_path: Path, day: str, until: str) -> None:
    bundle, _ = _linted(tmp_path, day)
    assert bundle is not None
    assert _until(bundle) == until


@pytest.mark.parametrize("day", ["2027-02-30", "2027-02-29", "2027-13-01", "0000-01-01", "+2027-1"])
def test_what_is_no_day_is_no_plan(tmp_path: Path, day: str) -> None:
    bundle, codes = _linted(tmp_path, day)
    assert bundle is None
    assert codes


@pytest.mark.parametrize(("day", "named"), [("2029-11-30", True), ("2028-11-01", False)])
def test_a_day_that_is_years_away_is_named(tmp_path: Path, day: str, named: bool) -> None:
    _, codes = _linted(tmp_path, day, NOW)
    assert ("review-far-away" in codes) is named


def test_the_plan_is_the_same_on_whatever_day_it_is_compiled(tmp_path: Path) -> None:
    days = (None, NOW, parse_instant("2046-01-01T00:00:00.000000Z"))
    plans = [_linted(tmp_path, GOOD_UNTIL, at) for at in days]
    assert plans[0][0] == plans[1][0] == plans[2][0]
    assert [("stale-assessment" in codes) for _, codes in plans] == [False, False, True]
