"""A snapshot is changed, swapped, or made up: the start reads every record instead."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.keys import FileSigner, load_key
from watchkeeper.adapters.posix import open_home, read_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.snapshots import forget_snapshots
from watchkeeper.adapters.posix.snapshots.file import parse_snapshot, render_snapshot
from watchkeeper.errors import HomeInvalid, LedgerError, LogInconsistent

STATE = b'{"a":"state"}'


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.day()
    assert story.log.keep(STATE)
    story.act()
    story.log.close()
    yield story
    story.log.close()


@pytest.fixture
def long_story(tmp_path: Path) -> Iterator[Story]:
    """More than one bundle, so that a start by snapshot does not read the first one."""
    story = Story(tmp_path / "long")
    story.day()
    for _ in range(130):
        story.act()
    assert story.log.keep(STATE)
    story.log.close()
    yield story
    story.log.close()


def snapshot_of(story: Story) -> Path:
    (path,) = (story.path / "snapshots").iterdir()
    return path


def opened(story: Story) -> tuple[int, bool]:
    """How many records the home holds, and whether a snapshot was used."""
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        return log.size, log.snapshot() is not None


def test_a_snapshot_that_holds_is_used(story: Story) -> None:
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        assert log.snapshot() == (log.size - 2, STATE)
        assert log.snapshot() == (log.size - 2, STATE)
        assert [e.ref.index for e in log.entries()] == list(range(log.size))
        assert log.scrub is not None
        assert log.scrub.done.wait(30)
        assert log.failure() is None
    reader = read_home(story.path)
    assert reader.snapshot() == (reader.size - 2, STATE)
    assert len(list(reader.entries())) == reader.size


def test_any_byte_of_it_that_is_changed(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    path = snapshot_of(story)
    good = path.read_bytes()
    size, used = opened(story)
    assert used
    for at in range(0, len(good), 29):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert opened(story) == (size, False), at
    for cut in (0, 1, 20, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:cut])
        assert opened(story) == (size, False), cut
    assert "is not used" in caplog.text


def test_one_signed_with_another_key(story: Story) -> None:
    path, layout = snapshot_of(story), Layout(story.path)
    record_key = load_key(layout.record_key)
    snapshot = parse_snapshot(
        path.read_bytes(), lambda _: {record_key.keyid: record_key.public_key}
    )
    other = FileSigner(Ed25519PrivateKey.generate())
    path.write_bytes(render_snapshot(snapshot, other))
    assert not opened(story)[1]
    # The log key vouches for checkpoints, not for a state.
    path.write_bytes(render_snapshot(snapshot, load_key(layout.log_key)))
    assert not opened(story)[1]
    path.write_bytes(render_snapshot(snapshot, record_key))
    assert opened(story)[1]


def test_one_of_another_home(story: Story, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.day()
    assert other.log.keep(STATE)
    other.log.close()
    snapshot_of(story).write_bytes(snapshot_of(other).read_bytes())
    assert not opened(story)[1]


def test_an_old_one_that_is_put_back_is_only_older(story: Story) -> None:
    """It was true once, and what came after it is read."""
    size, _ = opened(story)
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        assert log.keep(b'{"a":"later"}')
        assert len(list((story.path / "snapshots").iterdir())) == 2
    (story.path / "snapshots" / f"{size:016d}.snapshot").unlink()
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        kept = log.snapshot()
        assert kept is not None
        assert kept[0] < log.size
        assert len(list(log.entries(kept[0]))) == log.size - kept[0]


def _shorter(story: Story) -> None:
    segment = story.path / "segments/00000000.seg"
    segment.write_bytes(segment.read_bytes()[:2000])


def _gone(story: Story) -> None:
    (story.path / "segments/00000000.seg").unlink()


@pytest.mark.parametrize("harm", [_shorter, _gone])
def test_a_truth_that_is_shorter_than_it_is_refused(
    story: Story, harm: Callable[[Story], None]
) -> None:
    harm(story)
    with pytest.raises((LogInconsistent, HomeInvalid)):
        opened(story)


def test_damage_before_it_is_found_after_the_start(
    long_story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    """The start did not read it; the reading in the background does, and everything is refused."""
    segment = long_story.path / "segments/00000000.seg"
    raw = segment.read_bytes()
    harmed = raw.index(b'"sig"', 6000)
    segment.write_bytes(raw[:harmed] + b"?" + raw[harmed + 1 :])
    with (
        caplog.at_level(logging.ERROR),
        open_home(long_story.path, clock=long_story.clock, publish_seconds=NEVER) as log,
    ):
        assert log.scrub is not None
        assert log.scrub.done.wait(30)
        failure = log.failure()
        assert failure is not None
        assert "00000000.seg" in failure.message
        assert "offset" in failure.message
        assert not log.heal()
        long_story.log = log
        with pytest.raises(LedgerError, match="offset"):
            long_story.stop()


def test_records_before_it_that_were_replaced_are_found_after_the_start(long_story: Story) -> None:
    """Whole frames, right checksums, another history."""
    from watchkeeper.ledger.frame import frames_of, render_frame

    segment = long_story.path / "segments/00000000.seg"
    frames = list(frames_of(segment.read_bytes()))
    frames[3], frames[5] = frames[5], frames[3]
    out, start = [], 0
    for index, frame in enumerate(frames):
        envelope, payload = frame.envelope, frame.payload
        raw = render_frame(index, min(frame.batch, start), envelope, payload)
        out.append(raw)
        start += len(raw)
    segment.write_bytes(b"".join(out))
    with open_home(long_story.path, clock=long_story.clock, publish_seconds=NEVER) as log:
        assert log.scrub is not None
        assert log.scrub.done.wait(30)
        assert log.failure() is not None


def test_a_published_file_that_is_gone_is_made_again(story: Story) -> None:
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        story.log = log
        for _ in range(140):
            story.act()
        log.publish_now()
        assert log.keep(STATE)
    plan = next((story.path / "log/plans").iterdir())
    bundle = story.path / "log/tile/entries/000"
    before = bundle.read_bytes()
    bundle.write_bytes(b"x" * 100)
    plan.unlink()
    with open_home(story.path, clock=story.clock, publish_seconds=NEVER) as log:
        assert log.scrub is not None
        assert log.scrub.done.wait(30)
        assert bundle.read_bytes() == before
        assert plan.exists()
    bundle.unlink()
    size, used = opened(story)
    assert (bundle.read_bytes(), used) == (before, True)
    assert size > 256


def test_forgotten_snapshots_leave_nothing(story: Story) -> None:
    forget_snapshots(Files(), Layout(story.path))
    assert not list((story.path / "snapshots").iterdir())
    assert not opened(story)[1]
