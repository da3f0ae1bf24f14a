"""What a change of the plan bears on: systems, controls, risks, objectives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.worlds.workspace_files import FILES, with_change, write_workspace
from watchkeeper.plan.diff import diff_bundles
from watchkeeper.plan.diff.changes import Touches, Way
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.objectives import Counted, Measure, Objective, Target
from watchkeeper.records.plan.management.state import Management, Topic, Watched
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule

_AIM = Objective(
    "in-time", "Soon.", "ana", Measure(Counted.DECISIONS), Target("0.95"), 60, controls=("limits",)
)


def _plan(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Bundle:
    control = FILES["controls/limits.yaml"] + "risks: [too-much]\nsystems: [desk]\n"
    files = {"controls/limits.yaml": control, **(changes or {})}
    return compile_folder(write_workspace(folder, files))


def test_a_wider_limit_names_all_that_it_bears_on(tmp_path: Path) -> None:
    old = replace(_plan(tmp_path / "old"), objectives=(_AIM,))
    change = with_change("authority/payer.yaml", "alone: 200.00", "alone: 500.00")
    new = replace(_plan(tmp_path / "new", change), objectives=(_AIM,))
    found = diff_bundles(old, new)
    (wider,) = (one for one in found.changes if one.way is Way.WEAKER)
    assert str(wider) == "grant `pays` changed: `amount` alone up to 500.00, before 200.00"
    assert wider.touches == Touches(("desk",), ("limits",), ("too-much",), ("in-time",))
    assert found.widened == ("desk",)
    assert str(found.touches) == ("system desk; control limits; risk too-much; objective in-time")


def test_what_went_bears_on_what_it_belonged_to(tmp_path: Path) -> None:
    old = _plan(tmp_path / "old")
    new = _plan(tmp_path / "new", {"policies/desk/pays.forbid.cedar": None})
    (gone,) = (one for one in diff_bundles(old, new).changes if one.id == "above-limit")
    assert gone.touches.systems == ("desk",)
    assert gone.touches.controls == ("limits",)


def test_a_first_plan_widens_nothing(tmp_path: Path) -> None:
    found = diff_bundles(None, _plan(tmp_path))
    assert found.changes
    assert found.widened == ()
    assert found.touches.systems == ("desk",)


def test_a_changed_record_is_another_plan_and_says_that_nothing_decides(tmp_path: Path) -> None:
    old = replace(_plan(tmp_path), management=Management("a" * 64))
    new = replace(old, management=Management("b" * 64))
    found = diff_bundles(old, new)
    (change,) = found.changes
    assert "nothing that decides changed" in change.words
    assert found.weakenings == ()
    assert found.touches == Touches()


def test_each_way_to_need_fewer_approvals_is_weaker(tmp_path: Path) -> None:
    needed = NeededApproval("lead", 2)
    rule = ReleaseRule((needed,), "release", None, None, ("author",))
    old = replace(_plan(tmp_path), releases=rule)
    for other in (
        None,
        replace(rule, approvals=()),
        replace(rule, approvals=(NeededApproval("lead", 1),)),
        replace(rule, approvals=(NeededApproval("lead", 2, "weaker"),)),
        replace(rule, approvals=(NeededApproval("operate", 2),)),
        replace(rule, separate=()),
        replace(rule, exceptions="lead"),
        replace(rule, emergency_role="lead", review_within_seconds=60),
    ):
        assert diff_bundles(old, replace(old, releases=other)).weakenings, other
    more = replace(rule, approvals=(needed, NeededApproval("operate")))
    assert not diff_bundles(old, replace(old, releases=more)).weakenings


def test_less_that_is_watched_is_weaker(tmp_path: Path) -> None:
    due = Watched(Topic.MANAGEMENT_REVIEW, "review")
    late = Watched(Topic.FINDING, "late", ("desk",), None, ("overdue",))
    plan = replace(_plan(tmp_path), management=Management("a" * 64, (due, late)))
    for watched in ((late,), (due, replace(late, systems=("other",)))):
        other = replace(plan, management=Management("a" * 64, watched))
        assert diff_bundles(plan, other).weakenings, watched


def test_an_objective_that_aims_lower_is_weaker(tmp_path: Path) -> None:
    old = replace(_plan(tmp_path), objectives=(_AIM,))
    lower = replace(old, objectives=(replace(_AIM, target=Target("0.5")),))
    (weaker,) = diff_bundles(old, lower).weakenings
    assert "is 0.5, before 0.95" in weaker
    assert diff_bundles(lower, old).weakenings == ()
    assert diff_bundles(old, replace(old, objectives=())).weakenings
