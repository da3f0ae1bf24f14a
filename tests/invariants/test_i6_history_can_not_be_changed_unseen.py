"""I6: what a kept checkpoint covers can not be changed, dropped, inserted or reordered unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds.homes import Story
from watchkeeper.verify import verify_log

Bend = Callable[[list[bytes]], list[bytes]]


def _read(path: Path) -> list[bytes]:
    """Split an entry bundle: each entry after its length in two bytes (C2SP tlog-tiles)."""
    raw, entries = path.read_bytes(), []
    while raw:
        size = int.from_bytes(raw[:2], "big")
        entries.append(raw[2 : 2 + size])
        raw = raw[2 + size :]
    return entries


def _write(path: Path, entries: list[bytes]) -> None:
    path.write_bytes(b"".join(len(e).to_bytes(2, "big") + e for e in entries))


def _changed(entries: list[bytes]) -> list[bytes]:
    bent = bytearray(entries[4])
    bent[len(bent) // 2] ^= 1
    return [*entries[:4], bytes(bent), *entries[5:]]


_BENDS: dict[str, Bend] = {
    "changed": _changed,
    "dropped": lambda entries: entries[:4] + entries[5:],
    "inserted": lambda entries: [*entries[:4], entries[2], *entries[4:]],
    "reordered": lambda entries: [*entries[:3], entries[4], entries[3], *entries[5:]],
    "cut short": lambda entries: entries[:-1],
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    story = Story(tmp_path / "home")
    story.day()
    story.log.close()
    return story.path / "log"


def test_an_untouched_log_holds(log: Path) -> None:
    assert verify_log(log).findings == ()


@pytest.mark.parametrize("bend", _BENDS.values(), ids=_BENDS.keys())
def test_each_way_to_bend_it_is_found(log: Path, bend: Bend) -> None:
    paths = [path for path in (log / "tile/entries").rglob("*") if path.is_file()]
    newest = max(paths, key=lambda path: len(_read(path)))
    _write(newest, bend(_read(newest)))
    assert verify_log(log).findings
