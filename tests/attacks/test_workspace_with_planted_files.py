"""A workspace of somebody else holds links where our commands write before they replace a file.

The file that waits beside its place, what an earlier writer is said to have laid aside, the list of
it: none of them is written, read or given permissions through a link or another name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.errors import ImportRefused, WatchkeeperError
from watchkeeper.plan.draft.editing import write_whole, write_wholes
from watchkeeper.plan.draft.person_key import add_person_key
from watchkeeper.plan.draft.together import finish_writing, write_together
from watchkeeper.plan.workspace.folder import UNFINISHED

KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
AIMS = "aims.yaml"
Plant = Callable[[Path, Path], None]


def _linked(place: Path, to: Path) -> None:
    place.symlink_to(to)


def _named_twice(place: Path, to: Path) -> None:
    place.hardlink_to(to)


WAYS = {"a link": _linked, "another name": _named_twice}
WRITERS: dict[str, Callable[[Path], object]] = {
    "a file": lambda aims: write_whole(aims / AIMS, "ours\n"),
    "two files": lambda aims: write_wholes({aims / AIMS: "ours\n", aims / "soa.yaml": b"ours\n"}),
    "a key": lambda aims: add_person_key(aims, "ana", KEY),
    "together": lambda aims: write_together(aims, {AIMS: "ours\n"}, {AIMS: FILES[AIMS]}),
}


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    place = tmp_path / "theirs"
    place.write_text("theirs\n")
    place.chmod(0o600)
    return place


@pytest.fixture
def aims(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "aims")


def _untouched(theirs: Path) -> bool:
    return (theirs.read_text(), theirs.stat().st_mode & 0o777) == ("theirs\n", 0o600)


@pytest.mark.parametrize("plant", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_what_waits_beside_its_place_is_written_anew(
    write: Callable[[Path], object], plant: Plant, aims: Path, theirs: Path
) -> None:
    aside = (aims / UNFINISHED).parent
    aside.mkdir(parents=True)
    for place in (aims / f".{AIMS}.new", aside / "0", aside / ".list.json"):
        plant(place, theirs)
    write(aims)
    assert _untouched(theirs)
    assert not (aims / AIMS).is_symlink()
    assert (aims / AIMS).read_text() != FILES[AIMS]


def test_a_link_is_replaced_and_what_it_leads_to_stays(aims: Path, theirs: Path) -> None:
    (aims / "out.json").symlink_to(theirs)
    write_whole(aims / "out.json", "ours\n")
    assert _untouched(theirs)
    assert not (aims / "out.json").is_symlink()


def _laid_aside(aims: Path) -> Path:
    """Say that a writer was broken off before it put `aims.yaml` in place."""
    aside = (aims / UNFINISHED).parent
    aside.mkdir(parents=True)
    was = hashlib.sha256((aims / AIMS).read_bytes()).hexdigest()
    (aside / "list.json").write_text(json.dumps([{"file": AIMS, "was": was}]))
    return aside


FINISHERS: dict[str, Callable[[Path], object]] = {
    "finish": finish_writing,
    "write": lambda aims: write_together(aims, {"risks/x.yaml": "x\n"}),
}


@pytest.mark.parametrize("plant", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("go_on", FINISHERS.values(), ids=FINISHERS)
def test_what_is_said_to_wait_is_not_put_in_place(
    go_on: Callable[[Path], object], plant: Plant, aims: Path, theirs: Path
) -> None:
    plant(_laid_aside(aims) / "0", theirs)
    with pytest.raises(ImportRefused, match="no plain file of its own"):
        go_on(aims)
    assert _untouched(theirs)
    assert not (aims / AIMS).is_symlink()
    assert (aims / AIMS).read_text() == FILES[AIMS]


@pytest.mark.parametrize("name", ["0", "list.json"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a pipe", "a folder"])
def test_nothing_else_is_waited_for(make: Callable[[Path], None], name: str, aims: Path) -> None:
    aside = _laid_aside(aims)
    (aside / name).unlink(missing_ok=True)
    make(aside / name)
    with pytest.raises(ImportRefused, match="no plain file of its own"):
        finish_writing(aims)
    assert (aims / AIMS).read_text() == FILES[AIMS]


def test_a_list_is_not_read_through_a_link(aims: Path) -> None:
    aside = _laid_aside(aims)
    (aside / "list.json").unlink()
    (aside / "list.json").symlink_to("/dev/zero")
    with pytest.raises(ImportRefused, match="no plain file of its own"):
        finish_writing(aims)


@pytest.mark.parametrize("folder", ["aims.yaml.new", "aims.yaml"])
def test_a_folder_of_that_name_is_refused(folder: str, aims: Path, theirs: Path) -> None:
    place = aims / f".{folder}" if folder.endswith(".new") else aims / folder
    place.unlink(missing_ok=True)
    place.mkdir()
    (place / "kept").symlink_to(theirs)
    with pytest.raises((OSError, WatchkeeperError)):
        write_whole(aims / AIMS, "ours\n")
    assert _untouched(theirs)
    assert (place / "kept").is_symlink()
