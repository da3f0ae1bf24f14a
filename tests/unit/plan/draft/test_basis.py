"""What assessments looked at, written beside all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.draft.basis import assess_again, write_bases
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.folder import BASIS

ROW = "  - {control: limits, applicable: in, why: It pays., status: implemented, owner: nobody}\n"
BROKEN = {"no YAML": "rows: [", "no row": "rows: [{}]\n", "nobody": f"rows:\n{ROW}"}


def _bases(aims: Path) -> dict[str, str]:
    return {str(path.relative_to(aims)): path.read_text() for path in aims.rglob(f"*{BASIS}")}


def test_every_assessment_has_what_it_looks_at_beside_it(tmp_path: Path) -> None:
    aims = ManagedWorkspace().write(tmp_path / "aims")
    there = _bases(aims)
    for name in there:
        (aims / name).unlink()
    assert set(write_bases(aims, lint_workspace(aims))) >= set(there)
    first = _bases(aims)
    assert set(first) >= {"assessments/desk.basis.json", "impacts/desk.basis.json"}
    assert write_bases(aims, lint_workspace(aims))
    assert _bases(aims) == first


def test_the_assessments_of_a_whole_workspace_are_made_again(tmp_path: Path) -> None:
    aims = ManagedWorkspace().write(tmp_path / "aims")
    for name in _bases(aims):
        (aims / name).write_text("{}")
    linted = assess_again(aims)
    assert linted.bundle is not None
    assert not {"basis", "no-basis", "not-approved"} & {one.code for one in linted.findings}
    assert all(text != "{}" for text in _bases(aims).values())


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_without_a_plan_nothing_is_noted_and_it_is_said(text: str, tmp_path: Path) -> None:
    aims = ManagedWorkspace().write(tmp_path / "aims")
    (aims / "soa.yaml").write_text(text)
    before = _bases(aims)
    with pytest.raises(PlanRefused, match="no plan to look at"):
        assess_again(aims)
    assert _bases(aims) == before
