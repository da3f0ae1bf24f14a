"""The demonstration goes on after the days that the example names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.worlds.demonstration import EXAMPLE
from watchkeeper.demo.world.days import years_later
from watchkeeper.demo.world.workspace import copy_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.instant import parse_instant

BEFORE = date(2027, 11, 30)
ASSESSED = {"systems/refund-desk.yaml"}
"""What was assessed of it is approved anew in each demonstration."""


def overdue(aims: Path, today: date) -> set[str]:
    linted = lint_workspace(aims, parse_instant(f"{today}T12:00:00.000000Z"))
    assert linted.bundle is not None
    return {finding.file for finding in linted.findings if finding.dated} - ASSESSED


@pytest.mark.parametrize("today", [date(2027, 12, 1), date(2028, 2, 29), date(2034, 11, 30)])
def test_a_copy_has_run_out_no_more_than_it_had_before(today: date, tmp_path: Path) -> None:
    copy_workspace(EXAMPLE, tmp_path / "before", BEFORE)
    said = copy_workspace(EXAMPLE, tmp_path / "aims", today)
    assert f"{years_later(today)} years later" in said
    assert overdue(tmp_path / "aims", today) <= overdue(tmp_path / "before", BEFORE)
    grants = "".join(file.read_text() for file in (tmp_path / "aims/authority").iterdir())
    ends = re.findall(r"valid_until: (\S+)", grants)
    assert len(ends) == 6
    assert min(map(date.fromisoformat, ends)) >= today + timedelta(days=31)


def test_before_that_nothing_of_it_is_changed(tmp_path: Path) -> None:
    assert copy_workspace(EXAMPLE, tmp_path / "aims", BEFORE) == "none of its days"
    for file in (EXAMPLE / "aims").rglob("*.yaml"):
        assert (tmp_path / "aims" / file.relative_to(EXAMPLE / "aims")).read_bytes() == (
            file.read_bytes()
        )
