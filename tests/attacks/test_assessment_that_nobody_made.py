"""An assessment is approved that nobody is said to have made, on no day (8.2, 8.4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.test_plan import run
from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.draft.signing_off import sign_off
from watchkeeper.plan.views.clauses.standing import State
from watchkeeper.plan.views.clauses.view import clauses_view
from watchkeeper.plan.views.ready.view import ready_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.load import load_workspace

KINDS = [("assessment", "8.2", "risks"), ("impact", "8.4", "impacts")]


@pytest.mark.parametrize(("kind", "clause", "step"), KINDS)
@pytest.mark.parametrize("key", ["assessed", "by"])
def test_it_is_incomplete_wherever_it_is_asked_for(
    kind: str, clause: str, step: str, key: str, tmp_path: Path
) -> None:
    world = ManagedWorkspace().change(kind, "desk", **{key: None})
    row = next(r for r in clauses_view(world.register(), None, TODAY).rows if r.clause == clause)
    assert (row.state, "when it was made, and by whom" in row.records[0].why) == (
        State.INCOMPLETE,
        True,
    )
    steps = ready_view(world.register(), None, TODAY, "2027-06-01").steps
    assert f"{clause} incomplete" in next(one.why for one in steps if one.id == step)
    found = lint_workspace(world.write(tmp_path)).findings
    assert [one.code for one in found if "when it was made" in one.message] == ["not-assessed"]
    done = sign_off(load_workspace(tmp_path)[0], [f"{kind}/desk"], "ana", "2026-11-20")
    assert ([one.name for one, _ in done.refused], done.signed) == ([f"{kind}/desk"], ())


def test_who_assessed_says_so_and_then_it_can_be_approved(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    for kind, _, _ in KINDS:
        world.change(kind, "desk", assessed=None, by=None, approved_by=None, approved=None)
    folder = world.write(tmp_path)
    assert run("assess", "desk", folder, "--by", "zoe")[0] == 2
    assert run("assess", "desk", folder, "--by", "ben", "--on", "2026-11-19")[0] == 0
    workspace = load_workspace(folder)[0]
    for kind, _, _ in KINDS:
        says = workspace.management.of(kind)["desk"].says
        assert (says.by, says.assessed) == ("ben", "2026-11-19")
    done = sign_off(workspace, [f"{kind}/desk" for kind, _, _ in KINDS], "ana", "2026-11-20")
    assert (len(done.signed), done.refused) == (2, ())
