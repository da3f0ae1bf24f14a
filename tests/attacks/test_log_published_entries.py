"""Somebody between the log and its reader swaps, drops, reorders or invents entries."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.worlds.homes import Story
from watchkeeper.errors import NoteInvalid
from watchkeeper.ledger.merkle import leaf_hash
from watchkeeper.ledger.tiles import parse_bundle, render_bundle
from watchkeeper.verify import Status, Verification, verify_log


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    story = Story(tmp_path_factory.mktemp("published") / "home")
    story.reopen()
    story.day()
    story.log.close()
    return story.path / "log"


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    shutil.copytree(published, tmp_path / "log")
    return tmp_path / "log"


def bundle_of(log: Path) -> Path:
    return max((log / "tile/entries/000.p").iterdir(), key=lambda path: int(path.name))


def failed(found: Verification) -> set[int]:
    return {step.number for step in found.steps if step.status is Status.FAILED}


def rewrite(log: Path, entries: list[bytes], *, tiles: bool) -> None:
    bundle = bundle_of(log)
    bundle.write_bytes(render_bundle(entries))
    if tiles:
        tile = log / "tile/0/000.p" / bundle.name
        tile.write_bytes(b"".join(leaf_hash(entry) for entry in entries))


@pytest.mark.parametrize("tiles", [False, True])
def test_swapped(copy: Path, tiles: bool) -> None:
    entries = parse_bundle(bundle_of(copy).read_bytes(), int(bundle_of(copy).name))
    entries[3], entries[4] = entries[4], entries[3]
    rewrite(copy, entries, tiles=tiles)
    assert 3 in failed(verify_log(copy))


def test_dropped(copy: Path) -> None:
    entries = parse_bundle(bundle_of(copy).read_bytes(), int(bundle_of(copy).name))
    del entries[5]
    rewrite(copy, entries, tiles=True)
    assert 3 in failed(verify_log(copy))


def test_repeated(copy: Path) -> None:
    entries = parse_bundle(bundle_of(copy).read_bytes(), int(bundle_of(copy).name))
    entries[-1] = entries[-2]
    rewrite(copy, entries, tiles=True)
    assert 3 in failed(verify_log(copy))


def test_signed_by_another_key(copy: Path, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.release()
    foreign = other.log.envelope(1)
    other.log.close()
    entries = parse_bundle(bundle_of(copy).read_bytes(), int(bundle_of(copy).name))
    entries[2] = foreign
    rewrite(copy, entries, tiles=True)
    assert {3, 4} <= failed(verify_log(copy))


def test_a_missing_bundle(copy: Path) -> None:
    bundle_of(copy).unlink()
    assert 3 in failed(verify_log(copy))


def test_a_bundle_that_ends_early(copy: Path) -> None:
    bundle_of(copy).write_bytes(bundle_of(copy).read_bytes()[:-1])
    assert 3 in failed(verify_log(copy))


def test_a_checkpoint_of_another_log(copy: Path, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.log.close()
    vkey = (copy / "log.vkey").read_text()
    shutil.copy(other.path / "log/checkpoint", copy / "checkpoint")
    assert 2 in failed(verify_log(copy, vkey=vkey))


def test_a_whole_log_by_somebody_else_under_the_same_name(copy: Path, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.reopen()
    other.day()
    other.log.close()
    log = other.path / "log"
    assert verify_log(log).ok  # it holds by itself: that is why keys are pinned
    assert 2 in failed(verify_log(log, vkey=(copy / "log.vkey").read_text()))


def test_a_checkpoint_without_size(copy: Path) -> None:
    (copy / "checkpoint").write_bytes(b"nonsense")
    with pytest.raises(NoteInvalid):
        verify_log(copy)


def test_untouched(copy: Path) -> None:
    assert verify_log(copy, vkey=(copy / "log.vkey").read_text()).ok
