"""A workspace of somebody else has links in it, by which an import would write outside of it.

A folder that is a link, a file that is one, a folder of what was laid aside that is one: what lies
outside stays as it was, and a link inside stays a link.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.worlds.workbooks import desk
from watchkeeper.errors import ImportRefused
from watchkeeper.plan.draft.together import finish_writing, write_together
from watchkeeper.plan.draft.writing.copy import copy_with
from watchkeeper.plan.workspace.folder import UNFINISHED

RISK = "risks/late.yaml"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    place = tmp_path / "outside"
    (place / "together").mkdir(parents=True)
    (place / "together" / "theirs").write_text("theirs\n")
    (place / "theirs.yaml").write_text("theirs\n")
    return place


def _left(place: Path) -> dict[str, bytes]:
    found = (path for path in place.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in found}


def _laid_aside(folder: Path, name: str) -> None:
    aside = (folder / UNFINISHED).parent
    aside.mkdir(parents=True)
    (aside / "0").write_text("ours\n")
    (aside / "list.json").write_text(json.dumps([{"file": name, "was": None}]))


def test_a_folder_that_is_a_link_is_not_written_into(tmp_path: Path, outside: Path) -> None:
    before = _left(outside)
    folder = desk(tmp_path).folder
    (folder / "risks").symlink_to(outside)
    with pytest.raises(ImportRefused, match="outside of the workspace"):
        write_together(folder, {RISK: "id: late\n"})
    assert _left(outside) == before
    assert not (folder / ".watchkeeper").exists()


def test_what_another_laid_aside_is_not_put_outside(tmp_path: Path, outside: Path) -> None:
    before = _left(outside)
    folder = desk(tmp_path).folder
    (folder / "risks").symlink_to(outside)
    _laid_aside(folder, RISK)
    with pytest.raises(ImportRefused, match="outside of the workspace"):
        finish_writing(folder)
    assert _left(outside) == before


def test_a_folder_laid_aside_that_is_a_link_is_not_emptied(tmp_path: Path, outside: Path) -> None:
    before = _left(outside)
    place = desk(tmp_path)
    (place.folder / ".watchkeeper").symlink_to(outside)
    place.put("Controls", "C2", "Pays little.")
    (why,) = place.refused()
    assert "is a link" in why
    assert _left(outside) == before


def test_a_file_that_is_a_link_inside_stays_one(tmp_path: Path) -> None:
    place = desk(tmp_path)
    (place.folder / "soa.yaml").rename(place.folder / "shared.md")
    (place.folder / "soa.yaml").symlink_to("shared.md")
    place.put("SoA", "D2", "It pays a lot.")
    assert place.imported()[0] == 0
    assert (place.folder / "soa.yaml").is_symlink()
    assert "It pays a lot." in (place.folder / "shared.md").read_text()


def test_a_copy_to_try_on_holds_nothing_from_outside(tmp_path: Path, outside: Path) -> None:
    folder = desk(tmp_path).folder
    (folder / "round").symlink_to(".")
    (folder / "documents").mkdir()
    (folder / "documents" / "again").symlink_to("..")
    (folder / "away").symlink_to(outside)
    os.mkfifo(folder / "pipe")
    copy = tmp_path / "copy"
    copy_with(folder, copy, {"away/theirs.yaml": "ours\n"})
    files = [path for path in copy.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {path.name for path in files} <= {path.name for path in folder.rglob("*")}
    assert not any("theirs" in path.name for path in files)
    assert (copy / "round").resolve() == copy.resolve()
    assert (outside / "theirs.yaml").read_text() == "theirs\n"


def test_a_workspace_with_links_in_a_circle_can_be_imported_into(tmp_path: Path) -> None:
    place = desk(tmp_path)
    for name in ("a", "b"):
        (place.folder / name).symlink_to(".")
    os.mkfifo(place.folder / "pipe")
    place.put("Controls", "C2", "Pays little.")
    assert place.imported()[0] == 0
