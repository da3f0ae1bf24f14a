"""An import is killed at each of its steps, and somebody edits a file before the next command.

Whatever step it was, every file says the old or the new, the next import brings all to the new, and
until then nothing is released of the half. What a person changed in between is never written over.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sys
from codecs import BOM_UTF8
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.killed import in_a_child
from tests.worlds.workbooks import Desk, desk
from watchkeeper.cli.plan import app
from watchkeeper.errors import ImportRefused
from watchkeeper.plan.draft.together import finish_writing, write_together
from watchkeeper.plan.draft.writing.alone import writing_alone
from watchkeeper.plan.whole import lint_workspace

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
CONTROL, SOA = "controls/limits.yaml", "soa.yaml"
STEPS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir"}


def _killed(folder: Path, step: int) -> bool:
    """Write two files and be killed before a step; say whether there was such a step."""
    read = {name: (folder / name).read_text() for name in (CONTROL, SOA)}
    left = step

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in STEPS and ".watchkeeper" in str(arguments[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def write() -> None:
        sys.addaudithook(watch)
        write_together(folder, {name: text + "# new\n" for name, text in read.items()}, read)

    return in_a_child(write) != 0


def _texts(place: Desk) -> list[bytes]:
    return [(place.folder / name).read_bytes() for name in (CONTROL, SOA)]


def test_killed_at_every_step_it_is_all_or_nothing(tmp_path: Path) -> None:
    place = desk(tmp_path)
    old = _texts(place)
    new = [text + b"# new\n" for text in old]
    seen = set()
    for step in range(40):
        if not _killed(place.folder, step):
            break
        now = _texts(place)
        assert all(text in {old[i], new[i]} for i, text in enumerate(now))
        half = now not in (old, new)
        assert not half or lint_workspace(place.folder).bundle is None
        finish_writing(place.folder)
        assert _texts(place) in (old, new)
        assert not any((place.folder / ".watchkeeper").rglob("*"))
        seen.add((half, _texts(place) == new))
        for name, text in zip((CONTROL, SOA), old, strict=True):
            (place.folder / name).write_bytes(text)
    assert {(False, False), (True, True)} <= seen


def _half(place: Desk) -> None:
    """Leave what a writer leaves that was killed between two files."""
    old = _texts(place)[1]
    for step in range(40):
        assert _killed(place.folder, step)
        if _texts(place)[0].endswith(b"# new\n") and _texts(place)[1] == old:
            return
        finish_writing(place.folder)
        (place.folder / CONTROL).write_bytes(_texts(place)[0].removesuffix(b"# new\n"))
        (place.folder / SOA).write_bytes(old)


@pytest.fixture
def half(tmp_path: Path) -> Desk:
    place = desk(tmp_path)
    _half(place)
    return place


def test_what_was_changed_since_is_not_written_over(half: Desk) -> None:
    (half.folder / SOA).write_text((half.folder / SOA).read_text() + "# mine\n")
    (why,) = half.refused()
    assert "was changed since" in why
    assert (half.folder / SOA).read_text().endswith("# mine\n")


def test_a_trial_writes_nothing(half: Desk) -> None:
    (why,) = half.refused("--dry-run")
    assert "broken off" in why


def test_lint_names_it_and_no_plan_is_made(half: Desk) -> None:
    linted = lint_workspace(half.folder)
    assert linted.bundle is None
    assert "broken-off" in {one.code for one in linted.findings}


def test_an_approval_goes_on_with_it_first(half: Desk) -> None:
    words = ["sign-off", "--by", "ana", "--workspace", str(half.folder)]
    done = CliRunner().invoke(app, words)
    assert "went on with a change" in done.stderr, done.output
    assert _texts(half)[1].endswith(b"# new\n") or b"approved_by" in _texts(half)[1]


def test_two_writers_do_not_mix(tmp_path: Path) -> None:
    place = desk(tmp_path)
    before = place.files()
    with writing_alone(place.folder), pytest.raises(ImportRefused, match="another command"):
        write_together(place.folder, {"risks/x.yaml": "x\n"})
    assert place.files() == before
    write_together(place.folder, {"risks/x.yaml": "x\n"})
    assert (place.folder / "risks/x.yaml").read_text() == "x\n"


def test_a_file_that_is_read_only_stops_it(tmp_path: Path) -> None:
    place = desk(tmp_path)
    (place.folder / SOA).chmod(0o444)
    place.put("SoA", "D2", "It pays a lot.")
    place.put("Controls", "C2", "Pays little.")
    (why,) = place.refused()
    assert "`soa.yaml` is read-only" in why


def test_permissions_and_line_ends_stay(tmp_path: Path) -> None:
    place = desk(tmp_path)
    soa = place.folder / SOA
    soa.write_bytes(soa.read_bytes().replace(b"\n", b"\r\n"))
    soa.chmod(0o600)
    place.put("SoA", "D2", "It pays a lot.")
    assert place.imported()[0] == 0
    assert soa.stat().st_mode & 0o777 == 0o600
    assert soa.read_bytes().count(b"\r\n") == soa.read_bytes().count(b"\n")
    assert place.imported()[1]["changes"] == []


def test_a_list_of_an_older_kind_is_not_guessed_at(tmp_path: Path) -> None:
    place = desk(tmp_path)
    aside = place.folder / ".watchkeeper" / "together"
    aside.mkdir(parents=True)
    (aside / "0").write_text("x\n")
    (aside / "list.json").write_text(json.dumps([SOA]))
    assert "is not what an import left" in place.refused()[0]


def test_a_workspace_that_takes_no_folder_says_so(tmp_path: Path) -> None:
    place = desk(tmp_path)
    before = place.files()

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.mkdir" and ".watchkeeper" in str(arguments[0]):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def write() -> None:
        sys.addaudithook(refuse)
        with suppress(PermissionError):
            write_together(place.folder, {"risks/a.yaml": "x"})

    assert in_a_child(write) == 0
    assert place.files() == before


@pytest.mark.parametrize("mark", [b"", BOM_UTF8], ids=["no mark", "a mark"])
@pytest.mark.parametrize(
    ("there", "then"),
    [(b"a\nb\n", b"c\nd\n"), (b"a\r\nb\r\n", b"c\r\nd\r\n"), (b"a\r\nb\n", b"c\r\nd\r\n")],
)
def test_a_file_is_spelled_as_it_was(
    there: bytes, then: bytes, mark: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_bytes(mark + there)
    write_together(tmp_path, {"a.yaml": "c\nd\n"}, {"a.yaml": "a\nb\n"})
    assert (tmp_path / "a.yaml").read_bytes() == mark + then


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    place = desk(tmp_path)
    before = place.files()

    def write() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        write_together(place.folder, {"risks/a.yaml": "x", "risks/b.yaml": "x" * 2000})

    assert os.waitstatus_to_exitcode(in_a_child(write)) == 2
    assert place.files() == before
    assert not (place.folder / ".watchkeeper").exists()
