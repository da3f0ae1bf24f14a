"""What in a workspace points at an item of a standard, by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.many import write_many
from watchkeeper.plan.pointing import Pointer, pointers
from watchkeeper.plan.workspace.load import Workspace, load_workspace
from watchkeeper.standards.items import look_up

AIMS = Path(__file__).parents[3] / "examples" / "refund-desk" / "aims"


@pytest.fixture(scope="module")
def desk() -> Workspace:
    workspace, _ = load_workspace(AIMS)
    assert workspace is not None
    return workspace


def _of(workspace: Workspace, id_: str, standard: str) -> tuple[Pointer, ...]:
    (item,) = look_up(id_, standard)
    return pointers(workspace, item)


def test_a_control_is_named_by_files_and_enforced_through_our_own(desk: Workspace) -> None:
    found = _of(desk, "A.9.3", "iso42001")
    named = [one for one in found if not one.through]
    assert [one.file for one in named] == [
        "controls/customer-data-changes.yaml",
        "controls/human-review-of-refunds.yaml",
        "soa.yaml",
    ]
    behind = {one.file for one in found if one.through == "customer-data-changes"}
    assert behind == {
        "authority/refund-agent.yaml",
        "policies/refund-desk/accounts.review.cedar",
        "soa.yaml",
    }


def test_every_line_says_what_it_is_said_to_say(desk: Workspace) -> None:
    for one in _of(desk, "A.9.3", "iso42001"):
        line = (AIMS / one.file).read_text().splitlines()[one.line - 1]
        assert one.through or "A.9.3" in line
        assert line.strip()


def test_what_others_number_is_reached_through_the_crosswalk(desk: Workspace) -> None:
    for id_, standard in (("art-14", "eu_ai_act"), ("MAP 3.5", "nist_ai_rmf")):
        found = _of(desk, id_, standard)
        assert found
        assert all(one.through.startswith("A.") for one in found)


def test_a_clauses_number_is_no_number_in_passing(desk: Workspace) -> None:
    text = (AIMS / "tools" / "desk.yaml").read_text()
    assert "1" in text
    assert [(one.file, one.what) for one in _of(desk, "4.1", "iso42001")] == [
        ("aims.yaml", "context: answers it")
    ]
    assert _of(desk, "9.1", "iso42001") == ()


@pytest.mark.parametrize(
    ("old", "new", "id_", "standard", "line"),
    [
        (
            "sales forecasts",
            "as ISO/IEC 42001:2023, 4.3, asks: sales forecasts",
            "4.3",
            "iso42001",
            1,
        ),
        ("sales forecasts", "as 4.3 asks: sales forecasts", "4.3", "iso42001", 0),
        ("sales forecasts", "see A.9.30 and XA.9.3", "A.9.3", "iso42001", 0),
        ("sales forecasts", "Article 14 of the AI Act", "art-14", "eu_ai_act", 1),
        ("sales forecasts", "Article 14 of the contract", "art-14", "eu_ai_act", 0),
    ],
)
def test_inside_of_text(
    tmp_path: Path, old: str, new: str, id_: str, standard: str, line: int
) -> None:
    for name in ("aims.yaml",):
        (tmp_path / name).write_text(
            (AIMS / name).read_text().replace("Sales forecasts", old).replace(old, new)
        )
    workspace, findings = load_workspace(tmp_path)
    assert workspace is not None, findings
    found = [one for one in _of(workspace, id_, standard) if not one.through]
    found = [one for one in found if "answers it" not in one.what]
    assert len(found) == line
    assert all(one.what == "scope" for one in found)


def test_documents_under_control_and_policies_are_read_line_by_line(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.files["documents/ai-policy.md"] = "# Policy\n\nAs A.9.3 asks.\nISO/IEC 42001, 6.2.\n"
    workspace, findings = load_workspace(world.write(tmp_path))
    assert workspace is not None, findings
    for id_, line in (("A.9.3", 3), ("6.2", 4)):
        found = _of(workspace, id_, "iso42001")
        assert ("documents/ai-policy.md", line) in [(one.file, one.line) for one in found]
    assert "findings/late-note.yaml" in {one.file for one in _of(workspace, "9.1", "iso42001")}
    assert "impacts/desk.yaml" in {one.file for one in _of(workspace, "8.4", "iso42001")}


def test_an_element_of_an_impact_assessment_is_where_its_key_is(desk: Workspace) -> None:
    (found,) = _of(desk, "6.3.4", "iso42005")
    assert (found.file, found.what) == ("systems/refund-desk.yaml", "intended_use")


def test_many_controls_are_gone_through_once(tmp_path: Path) -> None:
    folder = write_many(tmp_path, 400)
    workspace, findings = load_workspace(folder)
    assert workspace is not None, findings
    found = _of(workspace, "A.9.4", "iso42001")
    assert len(found) >= 400
