"""Two plans side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.plan.diff import What, diff_bundles
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.plan.management.oversight import Oversight


def test_a_plan_does_not_differ_from_itself(tmp_path: Path) -> None:
    bundle = compile_folder(write_workspace(tmp_path))
    assert diff_bundles(bundle, bundle).changes == ()


def test_a_first_plan_brings_everything_and_weakens_nothing(tmp_path: Path) -> None:
    found = diff_bundles(None, compile_folder(write_workspace(tmp_path)))
    assert {change.what for change in found.changes if change.kind != "role"} == {What.CAME}
    assert {"grant", "permit", "forbid", "review", "tool", "system", "control", "role"} <= {
        change.kind for change in found.changes
    }
    assert found.weakenings == found.strengthenings == ()


def test_a_hard_rule_that_becomes_a_review_is_weaker(tmp_path: Path) -> None:
    old = compile_folder(write_workspace(tmp_path / "old"))
    soft = FILES["policies/desk/pays.forbid.cedar"].replace(
        "@control", '@escalate("lead")\n@control'
    )
    new = compile_folder(
        write_workspace(
            tmp_path / "new",
            {"policies/desk/pays.forbid.cedar": None, "policies/desk/soft.review.cedar": soft},
        )
    )
    assert (
        "policy `above-limit`: was a forbid and is now a review"
        in diff_bundles(old, new).weakenings
    )
    assert diff_bundles(new, old).strengthenings == (
        "policy `above-limit`: was a review and is now a forbid",
    )


def test_a_rule_that_goes_is_named(tmp_path: Path) -> None:
    old = compile_folder(write_workspace(tmp_path / "old"))
    new = compile_folder(
        write_workspace(tmp_path / "new", {"policies/desk/pays.review.cedar": None})
    )
    assert "review `broken` is gone" in diff_bundles(old, new).weakenings
    assert "review `broken` is new" in diff_bundles(new, old).strengthenings


def test_a_changed_pin_is_a_weakening(tmp_path: Path) -> None:
    old = compile_folder(write_workspace(tmp_path))
    (server,) = old.servers
    tools = tuple(replace(tool, pin="0" * 64) for tool in server.tools)
    new = replace(old, servers=(replace(server, tools=tools),))
    assert "tool `bank/pay`: its definition changed" in diff_bundles(old, new).weakenings


def test_what_we_can_not_tell_is_a_weakening(tmp_path: Path) -> None:
    old = compile_folder(write_workspace(tmp_path))
    new = replace(old, cedar_schemas={"desk": old.cedar_schemas["desk"] + "\n"})
    assert len(diff_bundles(old, new).weakenings) == 1


def test_measuring_oversight_less_is_a_weakening(tmp_path: Path) -> None:
    plan = compile_folder(write_workspace(tmp_path))
    strict = replace(plan, oversight=Oversight(200, 86_400, 3))
    loose = replace(plan, oversight=Oversight(400, 3_600, 0))
    found = diff_bundles(strict, loose)
    assert [change.partition("`")[2].partition("`")[0] for change in found.weakenings] == [
        "words_per_minute",
        "reversal_seconds",
        "planted_per_day",
    ]
    assert len(diff_bundles(loose, strict).strengthenings) == 3
    said = diff_bundles(plan, replace(plan, oversight=Oversight()))
    assert said.weakenings == ()
    assert len(said.changes) == 1
