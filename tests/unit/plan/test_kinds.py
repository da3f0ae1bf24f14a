"""Every kind of file: read, checked against its model, described on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import ManagedWorkspace, file_of
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.kinds import BY_KIND, PLACES, RECORDS
from watchkeeper.standards.catalogue import known_ids

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("kind", [place.kind for place in RECORDS])
def test_each_is_read(kind: str, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    (id_, *_) = [at[1] for at in world.records if at[0] == kind]
    workspace = lint_workspace(world.write(tmp_path)).workspace
    assert workspace is not None
    assert list(workspace.management.of(kind)) == [id_]
    assert (workspace.management.one(kind) is not None) == (BY_KIND[kind].folder is None)


@pytest.mark.parametrize("kind", [place.kind for place in RECORDS])
def test_an_unknown_key_is_an_error_with_its_line(kind: str, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    (id_, *_) = [at[1] for at in world.records if at[0] == kind]
    world.change(kind, id_, zzz="x")
    linted = lint_workspace(world.write(tmp_path))
    (found,) = [finding for finding in linted.findings if finding.code == "unknown-key"]
    assert found.file == file_of(kind, id_)
    assert found.line == len(world.records[kind, id_]) + _inner(tmp_path / found.file)


def _inner(path: Path) -> int:
    """Count the lines before the last key, beyond one for each key."""
    lines = path.read_text().splitlines()
    keys = [n for n, line in enumerate(lines, 1) if line.startswith(' "')]
    return keys[-1] - len(keys)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.kind)
def test_each_has_a_page_and_clauses_that_exist(place: object) -> None:
    assert (DOCS / place.page).is_file()  # type: ignore[attr-defined]
    assert set(place.clauses) <= known_ids("iso42001")  # type: ignore[attr-defined]


def test_two_records_with_one_id_are_an_error(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.files["risks/other.yaml"] = "id: overpaid\ntitle: Another\n"
    codes = {finding.code for finding in lint_workspace(world.write(tmp_path)).findings}
    assert codes & {"id-twice", "name-differs"}


def test_what_is_no_record_is_not_overlooked(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.files["risks/late.yml"] = "id: late\n"
    world.files["impacts/desk.json"] = "{}"
    codes = {f.file: f.code for f in lint_workspace(world.write(tmp_path)).findings}
    assert codes["risks/late.yml"] == codes["impacts/desk.json"] == "not-read"


def test_a_basis_is_read_beside_its_assessment(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.files["impacts/desk.basis.json"] = '{"a": 1}'
    workspace = lint_workspace(world.write(tmp_path)).workspace
    assert workspace is not None
    assert workspace.management.bases["impact", "desk"].says == {"a": 1}
    world.files["impacts/desk.basis.json"] = "{"
    codes = {f.code for f in lint_workspace(world.write(tmp_path)).findings}
    assert "unreadable" in codes


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_digest_of_a_text_is_that_of_its_lines(ends: str, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.files["documents/ai-policy.md"] = f"One.{ends}Two.{ends}".encode()
    workspace = lint_workspace(world.write(tmp_path)).workspace
    assert workspace is not None
    digest = workspace.management.digests["ai-policy"].digest

    world.files["documents/ai-policy.md"] = b"One.\nTwo.\n"
    again = lint_workspace(world.write(tmp_path)).workspace
    assert again is not None
    assert again.management.digests["ai-policy"].digest == digest


@pytest.mark.parametrize("name", ["../x.md", "/etc/passwd", "a/../../b", "a\\b", "./a"])
def test_a_document_lies_in_the_workspace(name: str, tmp_path: Path) -> None:
    world = ManagedWorkspace()
    world.records["documents", ""]["documents"][0]["file"] = name
    linted = lint_workspace(world.write(tmp_path))
    assert linted.bundle is None
    assert {f.code for f in linted.findings} == {"wrong-value"}


@pytest.mark.parametrize(
    ("row", "line_of", "said"),
    [
        ({"evidence": [{"class": "runtime", "zzz": 1}]}, "zzz", "unknown key `zzz`"),
        ({"evidence": [{"class": "paper", "origin": "attested"}]}, "class", "`paper`"),
        ({"evidence": 7}, "evidence", "should be"),
    ],
)
def test_what_is_wrong_in_a_choice_is_named_in_its_place(
    row: dict[str, object], line_of: str, said: str, tmp_path: Path
) -> None:
    world = ManagedWorkspace()
    world.records["soa", ""]["rows"][0].update(row)
    found = lint_workspace(world.write(tmp_path)).findings
    (mine,) = [f for f in found if said in f.message]
    lines = (tmp_path / "soa.yaml").read_text().splitlines()
    assert f'"{line_of}"' in lines[mine.line - 1]
    assert "items" not in mine.message
