"""Somebody puts files beside snapshots and segments whose names are nearly theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.posix import open_home, read_home

STATE = b'{"a":"state"}'
HIGH = "9999999999999999.snapshot"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.day()
    assert story.log.keep(STATE)
    yield story
    story.log.close()


@pytest.mark.parametrize(
    "name",
    [
        "snapshots/9x.snapshot",
        "snapshots/1.snapshot",
        f"snapshots/{HIGH}",
        "segments/1x.seg",
        "segments/00000000 (copy).seg",
        "segments/9.seg",
    ],
)
@pytest.mark.parametrize("folder", [False, True])
def test_it_changes_nothing(story: Story, name: str, *, folder: bool) -> None:
    size = story.log.size
    story.log.close()
    odd = story.path / name
    if folder:
        odd.mkdir()
    else:
        odd.write_bytes(b"odd")
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        assert log.size == log.kept_size == size
        assert log.snapshot() == (size, STATE)
    assert read_home(story.path).size == size


def test_more_records_than_there_are(story: Story) -> None:
    """They would be taken for the newest ones for good, and true ones removed at once."""
    for number in range(3):
        (story.path / "snapshots" / f"999999999999999{number}.snapshot").write_bytes(b"odd")
    story.act()
    assert story.log.keep(STATE)
    assert story.log.kept_size == story.log.size
    names = sorted(path.name for path in (story.path / "snapshots").iterdir())
    assert [int(name.removesuffix(".snapshot")) for name in names][-1] == story.log.size
    assert len(names) == 2
