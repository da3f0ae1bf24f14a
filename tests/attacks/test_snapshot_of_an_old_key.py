"""Whoever has a record key that was put away makes up a snapshot: budgets would be given back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.custody import rotate
from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.keys import FileSigner, load_key
from watchkeeper.adapters.posix import open_home, read_home
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.snapshots.file import Snapshot, parse_snapshot, render_snapshot

STATE, FORGED = b'{"a":"state"}', b'{"a":"budget that is full again"}'


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.day()
    yield story
    story.log.close()


def stolen(story: Story) -> FileSigner:
    return load_key(Layout(story.path).record_key)


def snapshots(story: Story) -> list[Path]:
    return sorted((story.path / "snapshots").iterdir())


def parsed(path: Path, signer: FileSigner) -> Snapshot:
    return parse_snapshot(path.read_bytes(), lambda _: {signer.keyid: signer.public_key})


def used(story: Story) -> bytes | None:
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        found = log.snapshot()
    assert read_home(story.path).snapshot() == found
    return None if found is None else found[1]


def test_one_from_before_the_key_changed_is_not_used(story: Story) -> None:
    old = stolen(story)
    assert story.log.keep(STATE)
    rotate(story)
    story.log.close()
    assert used(story) is None
    (path,) = snapshots(story)
    path.write_bytes(render_snapshot(replace(parsed(path, old), state=FORGED), old))
    assert used(story) is None


def test_one_that_leaves_the_rotation_out_is_not_used(story: Story) -> None:
    old = stolen(story)
    rotate(story)
    at_once = story.log.size - 1
    assert story.log.keep(STATE), "the rotation is the last record"
    story.act()
    assert story.log.keep(STATE)
    story.log.close()
    assert used(story) == STATE
    new = load_key(next(story.path.glob("keys/record-*.key")))
    for path in snapshots(story):
        honest = parsed(path, new)
        assert honest.rotations == (at_once,)
        for rotations in ((), (at_once,)):
            forged = replace(honest, rotations=rotations, state=FORGED)
            path.write_bytes(render_snapshot(forged, old))
    assert used(story) is None


def test_one_that_names_a_record_that_is_none(story: Story) -> None:
    signer = stolen(story)
    assert story.log.keep(STATE)
    story.log.close()
    (path,) = snapshots(story)
    honest = parsed(path, signer)
    for rotations in ((2,), (99,), (-1,), ((1 << 53) - 1,), ("1",), (None,)):
        path.write_bytes(render_snapshot(replace(honest, rotations=rotations), signer))
        assert used(story) in {None, STATE}, rotations
    path.write_bytes(render_snapshot(honest, signer))
    assert used(story) == STATE


def test_after_a_rotation_the_new_key_signs_the_next_one(story: Story) -> None:
    rotate(story)
    story.act()
    assert story.log.keep(STATE)
    story.log.close()
    assert used(story) == STATE
