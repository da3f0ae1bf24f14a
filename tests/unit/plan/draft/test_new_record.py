"""A template is right in form, and is never taken for a record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.aims import TODAY
from tests.worlds.workspace_files import write_workspace
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.draft.new_record import KINDS, new_record
from watchkeeper.plan.views.clauses.standing import State
from watchkeeper.plan.views.clauses.view import clauses_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity
from watchkeeper.plan.workspace.kinds import BY_KIND
from watchkeeper.plan.workspace.load import Workspace

DAY = "2026-11-23"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = lint_workspace(write_workspace(tmp_path_factory.mktemp("bare"))).workspace
    assert workspace is not None
    return workspace


def _id(kind: str) -> str:
    if BY_KIND[kind].folder is None:
        return ""
    return "desk" if kind in {"assessment", "impact"} else "ai-policy"


def test_all_of_them_together_make_a_workspace_that_can_be_released(
    bare: Workspace, tmp_path: Path
) -> None:
    folder = write_workspace(tmp_path)
    for kind in KINDS:
        if kind != "soa":
            file, text = new_record(bare, kind, _id(kind), DAY)
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text)
    linted = lint_workspace(folder, TODAY)
    assert linted.bundle is not None, linted.findings
    assert {finding.severity for finding in linted.findings} == {Severity.MANAGEMENT}
    asked = {finding.file for finding in linted.findings if finding.code == "left-as-template"}
    empty = {"competence", "sentences", "soa"}
    assert asked == {BY_KIND[k].where.replace("*", _id(k)) for k in KINDS if k not in empty}
    assert linted.register is not None
    states = {row.state for row in clauses_view(linted.register, None, TODAY).rows if row.required}
    assert State.PRESENT not in states


def test_a_statement_of_applicability_begins_undetermined(bare: Workspace, tmp_path: Path) -> None:
    _, text = new_record(replace(bare, root=tmp_path), "soa", "", DAY)
    folder = write_workspace(tmp_path, {"soa.yaml": text})
    linted = lint_workspace(folder)
    assert linted.bundle is not None
    assert len(linted.bundle.applicability) == 38
    assert {row.applicable for row in linted.bundle.applicability} == {"undetermined"}


@pytest.mark.parametrize(
    ("kind", "id_", "said"),
    [
        ("story", "", "no kind of record"),
        ("risk", "", "`risk` needs an id"),
        ("risk", "../x", "not an id"),
        ("risk", "A B", "not an id"),
        ("scope", "x", "one `scope.yaml` only"),
        ("impact", "shop", "no system `shop`"),
        ("control", "limits", "already"),
    ],
)
def test_what_can_not_be_begun_is_refused(kind: str, id_: str, said: str, bare: Workspace) -> None:
    with pytest.raises(PlanRefused, match=said):
        new_record(bare, kind, id_, DAY)


def test_a_second_of_a_kind_with_one_file_is_told_to_change_the_first(
    bare: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "scope.yaml").write_text("units: []\n")
    with pytest.raises(PlanRefused, match="there is `scope") as refused:
        new_record(replace(bare, root=tmp_path), "scope", "", DAY)
    assert refused.value.advice == "change it"


def test_sentences_are_of_a_document_that_is_under_control(bare: Workspace, tmp_path: Path) -> None:
    _, text = new_record(bare, "documents", "", DAY)
    folder = write_workspace(tmp_path, {"documents.yaml": text})
    workspace = lint_workspace(folder).workspace
    assert workspace is not None
    with pytest.raises(PlanRefused, match="no document `handbook`") as refused:
        new_record(workspace, "sentences", "handbook", DAY)
    assert "ai-policy" in refused.value.advice
