"""A crash tears the last write: at every byte, what was acknowledged before it survives."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import FrameInvalid, LogInconsistent
from watchkeeper.ledger.frame import frames_of
from watchkeeper.verify import verify_log


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Story, Path, bytes]:
    """A home whose last record was never covered by a checkpoint, and its segment."""
    story = Story(tmp_path_factory.mktemp("torn") / "home")
    story.reopen()
    story.release()
    story.act()
    story.log.publish_now()
    copy = story.path.with_name("copy")
    story.decide()
    shutil.copytree(story.path, copy)
    story.log.close()
    return story, copy, (copy / "segments/00000000.seg").read_bytes()


def test_every_byte_of_the_last_frame(torn: tuple[Story, Path, bytes], tmp_path: Path) -> None:
    story, copy, data = torn
    frames = list(frames_of(data))
    last = frames[-1]
    home = tmp_path / "home"
    shutil.copytree(copy, home)
    published = {path: path.read_bytes() for path in (home / "log").rglob("*") if path.is_file()}
    for cut in range(last.start, last.end):
        (home / "segments/00000000.seg").write_bytes(data[:cut])
        log = open_home(home, clock=story.clock, publish_seconds=NEVER)
        try:
            assert log.size == len(frames) - 1
            if cut == last.start:
                assert log.recovered is None
            else:
                assert log.recovered is not None
                assert (log.recovered.offset, log.recovered.length) == (
                    last.start,
                    cut - last.start,
                )
                assert Path(log.recovered.kept).read_bytes() == data[last.start : cut]
        finally:
            log.close()
        assert (home / "segments/00000000.seg").read_bytes() == data[: last.start]
    after = {path: path.read_bytes() for path in (home / "log").rglob("*") if path.is_file()}
    assert after == published


def test_the_log_goes_on_after_the_cut(torn: tuple[Story, Path, bytes], tmp_path: Path) -> None:
    story, copy, data = torn
    home = tmp_path / "home"
    shutil.copytree(copy, home)
    (home / "segments/00000000.seg").write_bytes(data[:-1])
    story.path = home
    story.log = open_home(home, clock=story.clock, publish_seconds=NEVER)
    story.act()
    story.log.close()
    assert verify_log(home).ok


def test_garbage_after_the_last_frame_is_a_torn_tail(
    torn: tuple[Story, Path, bytes], tmp_path: Path
) -> None:
    story, copy, data = torn
    home = tmp_path / "home"
    shutil.copytree(copy, home)
    (home / "segments/00000000.seg").write_bytes(data + bytes(5000))
    with open_home(home, clock=story.clock, publish_seconds=NEVER) as log:
        assert log.recovered is not None
        assert log.recovered.length == 5000
        assert log.size == len(list(frames_of(data)))


def test_a_tail_cut_into_what_was_signed_is_no_torn_tail(
    torn: tuple[Story, Path, bytes], tmp_path: Path
) -> None:
    story, copy, data = torn
    home = tmp_path / "home"
    shutil.copytree(copy, home)
    signed = list(frames_of(data))[-2]
    (home / "segments/00000000.seg").write_bytes(data[: signed.end - 3])
    with pytest.raises(LogInconsistent, match="a checkpoint over 4 was signed"):
        open_home(home, clock=story.clock)
    assert (home / "segments/00000000.seg").read_bytes() == data[: signed.end - 3]


def test_a_torn_segment_that_another_follows_is_damage(
    torn: tuple[Story, Path, bytes], tmp_path: Path
) -> None:
    story, copy, data = torn
    home = tmp_path / "home"
    shutil.copytree(copy, home)
    (home / "segments/00000000.seg").write_bytes(data[:-1])
    (home / "segments/00000001.seg").write_bytes(b"")
    with pytest.raises(FrameInvalid, match=r"that others follow in `00000000\.seg`"):
        open_home(home, clock=story.clock)
