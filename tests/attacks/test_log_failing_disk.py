"""The disk fails: nothing is acknowledged that is not there, and nothing comes back as a ghost."""

from __future__ import annotations

import errno
import shutil
import threading
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, FaultyFiles, Story
from watchkeeper.adapters.posix import layout, open_home, writer
from watchkeeper.errors import LogUnavailable, WatchkeeperError
from watchkeeper.ledger.frame import frames_of
from watchkeeper.records.action import Outcome
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log


@pytest.fixture
def files() -> FaultyFiles:
    return FaultyFiles()


@pytest.fixture
def story(tmp_path: Path, files: FaultyFiles) -> Story:
    story = Story(tmp_path / "home")
    story.reopen(files)
    story.release()
    story.act()
    return story


@pytest.mark.parametrize(
    ("operation", "code"),
    [("fdatasync", errno.EIO), ("write", errno.ENOSPC), ("write", errno.EIO), ("fstat", errno.EIO)],
)
@pytest.mark.parametrize("short", [False, True])
def test_a_failed_write_acknowledges_nothing(
    story: Story, files: FaultyFiles, operation: str, code: int, short: bool
) -> None:
    size = story.log.size
    files.short_writes = short
    files.break_(operation, error=code)
    with pytest.raises(LogUnavailable):
        story.decide()
    assert isinstance(story.log.failure(), LogUnavailable)
    with pytest.raises(LogUnavailable):
        story.decide()
    assert story.log.size == size
    assert files.calls[operation] == 1  # nothing was tried again behind our back
    files.mend()
    assert story.log.heal()
    assert story.log.failure() is None
    ref, _, _ = story.decide(Outcome.BLOCK)
    assert ref.index == size
    assert story.log.entry(Ref(0, size)).record.predicate.decision.outcome is Outcome.BLOCK
    story.log.close()
    assert verify_log(story.path).ok


def test_a_crash_after_a_failed_sync_brings_nothing_back(
    story: Story, files: FaultyFiles, tmp_path: Path
) -> None:
    size = story.log.size
    files.break_("fdatasync")
    with pytest.raises(LogUnavailable):
        story.decide()
    crashed = tmp_path / "crashed"
    shutil.copytree(story.path, crashed)
    story.log.close()
    with open_home(crashed, clock=story.clock, publish_seconds=NEVER) as log:
        assert log.size == size


def test_a_disk_that_lost_what_it_acknowledged_does_not_heal(
    story: Story, files: FaultyFiles
) -> None:
    files.break_("fdatasync")
    with pytest.raises(LogUnavailable):
        story.decide()
    files.mend()
    segment = story.path / "segments/00000000.seg"
    data = segment.read_bytes()
    segment.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert not story.log.heal()
    with pytest.raises(LogUnavailable):
        story.decide()
    segment.write_bytes(data)
    assert story.log.heal()


def test_everything_queued_behind_a_failure_fails_too(story: Story, files: FaultyFiles) -> None:
    entered, go = threading.Event(), threading.Event()
    plain = files.sync_data

    def slow(fd: int) -> None:
        entered.set()
        go.wait(10)
        plain(fd)

    files.sync_data = slow  # type: ignore[method-assign]
    size = story.log.size
    ends: list[WatchkeeperError | None] = []
    record = story.log.entry(Ref(0, 2)).record
    object.__setattr__(record.predicate, "at", story.log.last_at)
    tickets = [story.log.append(record)]
    assert entered.wait(10)
    tickets += [story.log.append(record) for _ in range(5)]
    for ticket in tickets:
        ticket.when_done(ends.append)
    files.break_("fdatasync")
    go.set()
    for ticket in tickets:
        with pytest.raises(LogUnavailable):
            ticket.wait(10)
    story.log.close()
    assert len(ends) == 6
    assert all(isinstance(end, LogUnavailable) for end in ends)
    assert story.log.size == size


def test_a_vanished_folder_refuses_everything(story: Story) -> None:
    away = story.path.with_name("away")
    shutil.copytree(story.path, away)
    shutil.rmtree(story.path)
    with pytest.raises(LogUnavailable):
        story.decide()
    assert story.log.free_bytes() == 0
    assert not story.log.heal()
    shutil.copytree(away, story.path)
    assert story.log.heal()
    story.act()
    story.log.close()
    assert verify_log(story.path).ok


@pytest.mark.parametrize("operation", ["open", "fsync"])
def test_a_segment_that_can_not_be_begun(
    story: Story, files: FaultyFiles, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SEGMENT_BYTES", 1)
    size = story.log.size
    files.break_(operation, error=errno.ENOSPC)
    with pytest.raises(LogUnavailable):
        story.decide()
    files.mend()
    assert story.log.heal()
    story.act()
    story.act()
    numbers = layout.Layout(story.path).segment_numbers()
    assert numbers == list(range(5))
    assert story.log.size == size + 4
    assert [entry.ref.index for entry in story.log.entries()] == list(range(size + 4))
    story.log.close()
    assert verify_log(story.path).findings == ()


@pytest.mark.parametrize("operation", ["open", "write", "fsync", "rename", "mkdir"])
def test_a_failed_publication_leaves_the_truth_and_is_made_up_for(
    story: Story, files: FaultyFiles, operation: str
) -> None:
    for _ in range(130):
        story.act()
    for after in range(4):
        files.break_(operation, after=after, error=errno.ENOSPC)
        try:
            story.log.publish_now()
        except LogUnavailable:
            assert story.log.publication_failure is not None
        assert story.log.failure() is None
        story.act()
    files.mend()
    assert story.log.publish_now() == story.log.size
    assert story.log.publication_failure is None
    assert verify_log(story.path).ok
    story.log.close()


def test_frames_on_disk_are_only_those_acknowledged(story: Story, files: FaultyFiles) -> None:
    segment = story.path / "segments/00000000.seg"
    for after in range(3):
        files.break_("fdatasync", after=after)
        done = 0
        for _ in range(5):
            try:
                story.decide()
                done += 1
            except LogUnavailable:
                break
        assert done == after
        files.mend()
        assert len(list(frames_of(segment.read_bytes()))) == story.log.size
        assert story.log.heal()
    story.log.close()
