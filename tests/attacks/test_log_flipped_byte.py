"""A byte changes on the disk: it is found, wherever in a frame it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.posix import open_home, read_home
from watchkeeper.errors import FrameInvalid, HomeInvalid, LogInconsistent, WatchkeeperError
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.ledger.frame import HEADER_BYTES, frames_of
from watchkeeper.ledger.tiles import bundle_path, bundles_of, tile_path, tiles_of
from watchkeeper.verify import Status, verify_log


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    story = Story(tmp_path_factory.mktemp("flip") / "home")
    story.reopen()
    story.release()
    for _ in range(3):
        story.act()
    story.log.close()
    return story.path


def regions(data: bytes) -> list[int]:
    """Offsets in every part of every frame: each header byte, envelope and payload."""
    found = []
    for frame in frames_of(data):
        body = frame.start + HEADER_BYTES
        found += range(frame.start, body)
        found += [body, body + len(frame.envelope) // 2, body + len(frame.envelope) - 1]
        if frame.payload:
            found += [frame.end - len(frame.payload), frame.end - 1]
    return found


def test_found_at_start_and_by_the_verifier(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    segment = copy / "segments/00000000.seg"
    data = segment.read_bytes()
    last = list(frames_of(data))[-1]
    for at in regions(data):
        segment.write_bytes(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        expected = (FrameInvalid, HomeInvalid) if at < last.start else LogInconsistent
        with pytest.raises(expected):
            open_home(copy, clock=None, publish_seconds=NEVER)  # type: ignore[arg-type]
        steps = {step.number: step for step in verify_log(copy, workers=1).steps}
        assert steps[13].status is Status.FAILED, at


def test_the_offset_and_the_file_are_named(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    segment = copy / "segments/00000000.seg"
    data = bytearray(segment.read_bytes())
    frame = list(frames_of(bytes(data)))[3]
    data[frame.start + 60] ^= 1
    segment.write_bytes(data)
    with pytest.raises(FrameInvalid, match=rf"offset {frame.start}.* in `00000000.seg`"):
        open_home(copy, clock=None)  # type: ignore[arg-type]
    with pytest.raises(FrameInvalid, match=rf"offset {frame.start}"):
        list(read_home(copy).entries())


def verdict_on(log: Path) -> bool:
    """Whether the log holds; refusing to look at it at all is a no as well."""
    try:
        return verify_log(log, workers=1).ok
    except WatchkeeperError:
        return False


def test_in_the_published_log(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(home / "log", copy)
    size = parse_checkpoint_unverified((copy / "checkpoint").read_bytes())[0].size
    files = [copy / "checkpoint", copy / "log.vkey", *copy.glob("plans/*.json")]
    files += [copy / tile_path(*tile) for tile in tiles_of(size)]
    files += [copy / bundle_path(*bundle) for bundle in bundles_of(size)]
    for file in files:
        data = file.read_bytes()
        for at in (0, len(data) // 2, len(data) - 2):
            file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            assert not verdict_on(copy), (file, at)
        file.write_bytes(data)
    assert verdict_on(copy)
