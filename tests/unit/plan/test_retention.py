"""How long payloads stay: as it is written, compiled, compared, shown and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.diff import diff_bundles
from watchkeeper.plan.show import render_plan
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Retention

DAY = 86_400


def plan(folder: Path, says: str, **changes: str) -> Bundle:
    text = FILES["systems/desk.yaml"]
    assert isinstance(text, str)
    for old, new in changes.items():
        text = text.replace(old, new)
    retention = f"retention: {says}\n" if says else ""
    return compile_folder(write_workspace(folder, {"systems/desk.yaml": text + retention}))


def test_it_is_compiled_in_seconds(tmp_path: Path) -> None:
    bundle = plan(tmp_path, "{least: 184d, most: 2w, automatic: true}".replace("2w", "300d"))
    (system,) = [s for s in bundle.systems if s.id == "desk"]
    assert system.retention == Retention(184 * DAY, 300 * DAY, automatic=True)


def test_a_plan_that_says_nothing_keeps_its_digest(tmp_path: Path) -> None:
    bundle = plan(tmp_path, "")
    assert {system.retention for system in bundle.systems} == {None}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{least: 30d}", "{least: 20d}", "payloads stay at least 20 days, before 30 days"),
        ("{least: 30d}", "", "payloads stay at least no time, before 30 days"),
        ("{most: 30d}", "{most: 40d}", "payloads are due after 40 days, before 30 days"),
        ("{most: 30d}", "", "payloads are due after no time, before 30 days"),
        (
            "{most: 30d, automatic: true}",
            "{most: 30d}",
            "payloads that are due are no longer erased by themselves",
        ),
        (
            "{least: 30d}",
            "{least: 30d, subject_requests_before_least: true}",
            "a person's request is granted before `least`",
        ),
    ],
)
def test_what_is_weaker_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    before, after = plan(tmp_path / "old", old), plan(tmp_path / "new", new)
    assert f"system `desk`: {words}" in diff_bundles(before, after).weakenings
    assert diff_bundles(after, before).weakenings == ()
    assert diff_bundles(after, before).strengthenings


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ("{least: 40d, most: 30d}", "before they may be erased"),
        ("{automatic: true}", "nothing is ever due"),
    ],
)
def test_what_makes_no_sense_stops_a_release(tmp_path: Path, says: str, code: str) -> None:
    with pytest.raises(PlanRefused, match=code):
        plan(tmp_path, says)


def test_a_high_risk_system_that_forgets_within_six_months_is_named(tmp_path: Path) -> None:
    high = {"class: minimal": "class: high-risk-annex-iii"}
    short = plan(tmp_path / "short", "{least: 30d}", **high)
    assert any("within six months" in gap for gap in short.gaps)
    kept = plan(tmp_path / "kept", "{least: 184d}", **high)
    assert not any("within six months" in gap for gap in kept.gaps)


def test_it_is_shown_in_words(tmp_path: Path) -> None:
    shown = render_plan(plan(tmp_path, "{least: 4w, most: 8w, automatic: true}"))
    assert "Payloads stay at least 4 weeks, are due after 8 weeks, and erased by the gateway" in (
        shown
    )
