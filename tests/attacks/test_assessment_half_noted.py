"""`plan assess` ends between two files: somebody assessed today, it says, what they never saw.

An assessment says who made it and when, its basis what they looked at. One without the other would
be a person's word for an older plan: both are written, or neither.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.test_plan import run
from tests.worlds.assessed import managed_files
from tests.worlds.certificates import bought
from tests.worlds.killed import killed_between
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.draft.writing.alone import writing_alone
from watchkeeper.plan.whole import lint_workspace

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
NAMES = [
    f"{kind}/desk{end}" for kind in ("assessments", "impacts") for end in (".basis.json", ".yaml")
]
ASSESS = ("assess", "desk", "--by", "ben", "--on", "2026-11-20")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace whose system may be used for more since it was assessed."""
    folder = write_workspace(tmp_path / "aims", managed_files())
    system = folder / "systems/desk.yaml"
    system.write_text(system.read_text() + "intended_use: [Paying shops]\n")
    return folder


def _texts(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in NAMES]


def _assess(folder: Path) -> tuple[int, str, str]:
    return run(*ASSESS, folder)


@pytest.mark.parametrize("name", NAMES)
def test_what_can_not_be_written_leaves_all_as_it_was(name: str, folder: Path) -> None:
    before = _texts(folder)
    (folder / name).chmod(0o444)
    code, _, err = _assess(folder)
    assert (code, f"`{name}` is read-only" in err) == (2, True)
    assert _texts(folder) == before


def test_killed_between_two_files_it_makes_no_plan_and_is_gone_on_with(folder: Path) -> None:
    before, files = _texts(folder), {folder / name for name in NAMES}
    assert killed_between(lambda: _assess(folder), files, 2)
    half = _texts(folder)
    assert [old == now for old, now in zip(before, half, strict=True)].count(True) == 2
    assert "broken-off" in {one.code for one in lint_workspace(folder).findings}
    assert run("assess", "desk", folder, "--look")[0] == 2
    assert _texts(folder) == half
    code, _, err = _assess(folder)
    assert (code, "went on with a change that was broken off" in err) == (0, True)
    assert all(b"2026-11-20" in text for text in _texts(folder)[1::2])
    assert len({old == now for old, now in zip(before, _texts(folder), strict=True)}) == 1


def test_two_writers_do_not_mix(folder: Path) -> None:
    before = _texts(folder)
    with writing_alone(folder):
        code, _, err = _assess(folder)
    assert (code, "another command is writing" in err) == (2, True)
    assert _texts(folder) == before


def test_nor_do_two_who_note_what_a_supplier_answered(tmp_path: Path) -> None:
    folder = bought().write(tmp_path / "aims")
    file = folder / "suppliers/modelhouse.yaml"
    before = file.read_bytes()
    words = ("modelhouse", "--question", "scope", "--answer", "Yes.", "--workspace", folder)
    with writing_alone(folder):
        code, _, err = run("certificate", "answer", *words)
    assert (code, "another command is writing" in err) == (2, True)
    assert file.read_bytes() == before
    assert run("certificate", "answer", *words)[0] == 0
