"""A policy is taken out, and a control still says that it enforces it.

The control would read as enforced by a rule that is gone: the workspace makes no plan until the
control says something else.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.cli.app import app
from watchkeeper.plan.whole import lint_workspace

EXPECTED = ["above-limit", "broken", "looks", "grant.pays", "grant.pays.review"]


def test_policies_that_are_there_may_be_expected(tmp_path: Path) -> None:
    world = ManagedWorkspace().change("control", "limits", expects=EXPECTED)
    linted = lint_workspace(world.write(tmp_path))
    assert linted.findings == ()
    assert linted.bundle is not None
    assert linted.bundle.controls[0].expects == tuple(sorted(EXPECTED))


@pytest.mark.parametrize("managed", [True, False])
def test_one_that_is_gone_stops_a_release(managed: bool, tmp_path: Path) -> None:
    world = ManagedWorkspace().change("control", "limits", expects=EXPECTED)
    world.files["policies/desk/pays.forbid.cedar"] = None
    if not managed:
        for kind in {kind for kind, _ in world.records} - {"aims", "control", "system", "soa"}:
            world.remove(kind)
    linted = lint_workspace(world.write(tmp_path))
    assert linted.bundle is None
    (found,) = [f for f in linted.findings if f.code == "unknown-reference"]
    assert (found.file, "`above-limit`" in found.message) == ("controls/limits.yaml", True)


def test_a_comment_is_no_policy(tmp_path: Path) -> None:
    world = ManagedWorkspace().change("control", "limits", expects=["ghost"])
    world.files["policies/desk/ghost.forbid.cedar"] = '// @id("ghost")\n'
    assert lint_workspace(world.write(tmp_path)).bundle is None


SHOWN = {
    "soa": (),
    "clauses": (),
    "clauses --annex": (),
    "ready": ("--audit", "2027-09-01"),
    "view nist-ai-rmf": (),
}


@pytest.mark.parametrize("verb", [*SHOWN, "scope", "risks", "control limits", "show"])
def test_every_command_says_that_there_is_no_plan(verb: str, tmp_path: Path) -> None:
    world = ManagedWorkspace().change("control", "limits", expects=["gone"])
    folder = str(world.write(tmp_path))
    done = CliRunner().invoke(app, ["plan", *verb.split(), folder, *SHOWN.get(verb, ())])
    assert isinstance(done.exception, SystemExit | None), done.exception
    if verb in SHOWN:
        assert done.exit_code in {0, 1}
        assert "makes no plan" in done.stderr
    else:
        assert (done.exit_code, done.stdout) == (2, "")
        assert "controls/limits.yaml" in done.stderr
        assert "`gone`" in done.stderr
