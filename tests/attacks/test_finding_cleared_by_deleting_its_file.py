"""Something overdue is gone from the next plan, or no longer counts, and nobody is to look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.approvals import STALE, managed, ruled
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.plan.management.state import Assessed, Management, Topic, Watched

DUE = parse_instant("2026-11-01T00:00:00.000000Z")
DONE_OR_GONE = (Topic.FINDING, Topic.ROW, Topic.CERTIFICATE)
DRIFTED = replace(managed(replace(STALE, since=("drift",))), assessments=())
WAS = Assessed(Topic.IMPACT, "desk", "2026-11-01", "b")


def _weaker(old: Management, new: Management) -> tuple[str, ...]:
    return diff_bundles(ruled(management=old), ruled(management=new)).weakenings


@pytest.mark.parametrize("topic", DONE_OR_GONE)
def test_gone_is_weaker_where_it_had_a_day(topic: Topic) -> None:
    found = _weaker(managed(Watched(topic, "one", (), DUE)), managed())
    assert found == (f"{topic.value} `one`: is no longer watched",)


@pytest.mark.parametrize("topic", DONE_OR_GONE)
def test_what_never_counted_may_go(topic: Topic) -> None:
    assert _weaker(managed(Watched(topic, "one")), managed()) == ()


def test_a_certificate_is_not_good_again_unseen() -> None:
    suspended = Watched(Topic.CERTIFICATE, "ours", (), DUE, ("suspended",))
    found = _weaker(managed(suspended), managed(replace(suspended, since=())))
    assert found == ("certificate `ours`: counts because of nothing",)


@pytest.mark.parametrize(("on", "count"), [("2026-11-01", 1), ("2026-11-20", 0)])
def test_drift_falls_away_by_a_later_assessment_alone(on: str, count: int) -> None:
    old = replace(DRIFTED, assessments=(WAS,))
    new = replace(managed(replace(STALE, since=())), assessments=(replace(WAS, on=on),))
    found = _weaker(old, new)
    words = "assessment `desk:impact`: no longer counts as drifted, and is of no later day"
    assert found == (words,) * count
