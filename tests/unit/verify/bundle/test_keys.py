"""Bundles of a home whose record key changed: every change comes along, also a later one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bundles import forge, members_of, runs_of_members, write
from tests.worlds.custody import revoke, rotate
from tests.worlds.homes import Story
from watchkeeper.records.reference import Ref
from watchkeeper.verify import Verification, verify_bundle


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Some actions by one key, some by the next, then a revocation long after."""
    story = Story(tmp_path / "home")
    story.reopen()
    story.day()
    for _ in range(150):
        story.act()
    first = story.log.key_terms()[-1].keyid
    rotate(story)
    for _ in range(150):
        story.act()
    revoke(story, first, changes_of(story)[0] + 1)
    story.act()
    story.log.publish_now()
    return story


def changes_of(story: Story) -> list[int]:
    return [
        index for index in range(story.log.size)
        if story.log.entry(Ref(0, index)).record.kind.value == "key-rotation"
    ]  # fmt: skip


def findings(found: Verification) -> list[Any]:
    return [(one.step, one.index, one.message) for one in found.findings]


@pytest.mark.parametrize("how", [{}, {"index": (20, 30)}, {"index": (400, 410)}])
def test_every_change_comes_along(story: Story, tmp_path: Path, how: dict[str, Any]) -> None:
    out = write(story.path, tmp_path / "a.wkb", **how)
    runs = json.loads(members_of(out)["manifest.json"])["runs"]
    held = {index for first, end in runs for index in range(first, end)}
    assert held.issuperset(changes_of(story))
    assert findings(verify_bundle(out, workers=1)) == []
    story.log.close()


def test_a_change_that_was_left_out(story: Story, tmp_path: Path) -> None:
    """Without the rotation, what the next key signed counts for nothing."""
    rotation = changes_of(story)[0]
    out = write(story.path, tmp_path / "a.wkb", index=(400, 410))
    members = {m: r for m, r in members_of(out).items() if f"{rotation:012d}" not in m}
    forged = forge(
        tmp_path / "b.wkb", members, lambda said: said.update(runs=runs_of_members(members))
    )
    assert {1, 4} <= {one.step for one in verify_bundle(forged, workers=1).findings}
    story.log.close()
