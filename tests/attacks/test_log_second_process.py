"""A second process opens the same home: it is kept out, and reading does no harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.posix import open_home, read_home
from watchkeeper.errors import HomeInvalid, HomeLocked
from watchkeeper.records.reference import Ref

_OPEN = """
import sys
from pathlib import Path
from watchkeeper.adapters.clock import SystemClock
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import HomeLocked
try:
    open_home(Path(sys.argv[1]), clock=SystemClock())
except HomeLocked as error:
    sys.exit("locked" if error.advice else "no advice")
"""


def test_another_process_is_kept_out(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, str(story.path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    story.log.close()
    assert (done.returncode, done.stderr.strip()) == (1, "locked")


def test_the_same_process_is_kept_out_too(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    with pytest.raises(HomeLocked):
        open_home(story.path, clock=story.clock)
    story.log.close()
    open_home(story.path, clock=story.clock, publish_seconds=NEVER).close()


def test_a_reader_sees_synced_records_beside_the_writer(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.reopen()
    reader = read_home(story.path)
    assert reader.size == 1
    story.release()
    story.act()
    assert reader.size == 4
    assert [entry.record for entry in reader.entries(1)] == [
        entry.record for entry in story.log.entries(1)
    ]
    assert reader.entry(Ref(0, 3)) == story.log.entry(Ref(0, 3))
    story.log.close()


def test_a_home_is_never_made_over_another(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    with pytest.raises(HomeInvalid, match="there is something already"):
        Story(tmp_path / "home")
