"""A person's key, put into `aims.yaml` without losing what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.errors import ImportRefused, PlanRefused, PlanUnreadable
from watchkeeper.plan.draft.person_key import add_person_key
from watchkeeper.plan.draft.writing.alone import writing_alone
from watchkeeper.plan.whole import compile_folder

KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
OTHER = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_the_key_is_added_and_comments_stay(tmp_path: Path) -> None:
    commented = FILES["aims.yaml"].replace("name: Ana", "name: Ana  # head of desk")
    write_workspace(tmp_path, {"aims.yaml": commented})
    assert add_person_key(tmp_path, "ana", KEY) is True
    text = (tmp_path / "aims.yaml").read_text("utf-8")
    assert "# head of desk" in text
    assert KEY in text
    people = {person.id: person.keys for person in compile_folder(tmp_path).people}
    assert people == {"ana": (KEY,), "ben": ()}


def test_a_second_key_stands_beside_the_first(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    add_person_key(tmp_path, "ana", KEY)
    assert add_person_key(tmp_path, "ana", KEY) is False
    assert add_person_key(tmp_path, "ana", OTHER) is True
    (ana,) = (person for person in compile_folder(tmp_path).people if person.id == "ana")
    assert ana.keys == (KEY, OTHER)


def test_one_key_is_one_person(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    add_person_key(tmp_path, "ana", KEY)
    with pytest.raises(PlanRefused, match="key of `ana`"):
        add_person_key(tmp_path, "ben", KEY)


@pytest.mark.parametrize(("person", "key"), [("zoe", KEY), ("ana", "short"), ("ana", "")])
def test_what_is_refused(person: str, key: str, tmp_path: Path) -> None:
    write_workspace(tmp_path)
    with pytest.raises(PlanRefused):
        add_person_key(tmp_path, person, key)
    assert (tmp_path / "aims.yaml").read_text("utf-8") == FILES["aims.yaml"]


def test_the_file_is_kept_as_it_was_kept(tmp_path: Path) -> None:
    shared = tmp_path / "shared.md"
    write_workspace(tmp_path, {"aims.yaml": None})
    shared.write_bytes(FILES["aims.yaml"].replace("\n", "\r\n").encode())
    shared.chmod(0o640)
    (tmp_path / "aims.yaml").symlink_to(shared.name)
    assert add_person_key(tmp_path, "ana", KEY) is True
    assert (tmp_path / "aims.yaml").is_symlink()
    assert shared.stat().st_mode & 0o777 == 0o640
    raw = shared.read_bytes()
    assert KEY.encode() in raw
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_nothing_is_written_while_another_writes_or_through_a_link_out(tmp_path: Path) -> None:
    aims = write_workspace(tmp_path / "aims")
    with writing_alone(aims), pytest.raises(ImportRefused, match="another command"):
        add_person_key(aims, "ana", KEY)
    (aims / "aims.yaml").rename(tmp_path / "aims.yaml")
    (aims / "aims.yaml").symlink_to("../aims.yaml")
    with pytest.raises(PlanUnreadable, match="out of the workspace"):
        add_person_key(aims, "ana", KEY)
    assert (tmp_path / "aims.yaml").read_text("utf-8") == FILES["aims.yaml"]


def test_a_folder_without_a_workspace(tmp_path: Path) -> None:
    with pytest.raises(PlanUnreadable):
        add_person_key(tmp_path, "ana", KEY)
