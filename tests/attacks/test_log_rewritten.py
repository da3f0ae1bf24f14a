"""The operator, who holds every key, rewrites or restores history."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.keys import load_key
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import LogInconsistent
from watchkeeper.ledger.envelope import read_record_unverified, seal
from watchkeeper.ledger.frame import frames_of, render_frame
from watchkeeper.records.statement import Record
from watchkeeper.verify import Status, verify_log


def rewritten(home: Path, index: int) -> None:
    """Change one record, sign it with the real key, and let the home publish it all again."""
    key = load_key(home / "keys/record.key")
    segment = home / "segments/00000000.seg"
    out = b""
    for frame in frames_of(segment.read_bytes()):
        envelope = frame.envelope
        if frame.index == index:
            record = read_record_unverified(envelope)
            envelope = seal(Record(record.kind, record.subject, "0" * 64, record.predicate), key)
        out += render_frame(frame.index, len(out), envelope, frame.payload)
    segment.write_bytes(out)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "home")
    story.reopen()
    story.day()
    story.log.close()
    return story


def test_the_home_itself_refuses_to_go_on(story: Story) -> None:
    before = (story.path / "log/checkpoint").read_bytes()
    rewritten(story.path, 5)
    with pytest.raises(LogInconsistent, match="not those of the checkpoint"):
        open_home(story.path, clock=story.clock)
    assert (story.path / "log/checkpoint").read_bytes() == before


def test_a_kept_checkpoint_finds_it(story: Story) -> None:
    kept = (story.path / "log/checkpoint").read_bytes()
    rewritten(story.path, 6)
    (story.path / "newest.checkpoint").unlink()
    shutil.rmtree(story.path / "log")
    (story.path / "log").mkdir()
    story.log = open_home(story.path, clock=story.clock, publish_seconds=NEVER)
    story.act()
    story.log.close()
    alone = {step.number: step for step in verify_log(story.path / "log").steps}
    assert alone[3].status is Status.CHECKED  # nothing in it contradicts itself
    assert alone[5].status is Status.NOT_CHECKED
    assert "UNWITNESSED" in alone[14].detail
    steps = {s.number: s for s in verify_log(story.path / "log", older=[kept]).steps}
    assert steps[5].status is Status.FAILED


def test_a_restored_old_copy_is_refused(story: Story, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(story.path / "segments", old)
    story.reopen()
    story.act()
    story.log.close()
    shutil.rmtree(story.path / "segments")
    shutil.copytree(old, story.path / "segments")
    with pytest.raises(LogInconsistent, match="a checkpoint over"):
        open_home(story.path, clock=story.clock)


def test_a_shorter_log_is_found_by_a_kept_checkpoint(story: Story, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(story.path / "log", old)
    story.reopen()
    story.act()
    story.log.close()
    kept = (story.path / "log/checkpoint").read_bytes()
    found = verify_log(old, older=[kept])
    assert not found.ok
    assert "longer once" in found.findings[0].message
    assert verify_log(story.path / "log", older=[(old / "checkpoint").read_bytes()]).ok
