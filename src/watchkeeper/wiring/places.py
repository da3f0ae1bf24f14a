"""Where a log is: a home with its shards, a published log's folder or address, a bundle's file."""

from __future__ import annotations

import time
from pathlib import Path

from watchkeeper.errors import HomeInvalid, SettingsInvalid, cut
from watchkeeper.verify.source import DirectorySource, Source, shard_places

_BEGUN_SECONDS, _LOOK_SECONDS = 5.0, 0.05


def is_home(path: Path) -> bool:
    """Tell whether a folder is a home (and not a published log, or nothing)."""
    return bool(shard_places(path)) or (path / "segments").is_dir()


def is_url(where: str) -> bool:
    """Tell whether a log is named by an address and not by a path."""
    return where.startswith(("http://", "https://"))


def is_bundle(where: str) -> bool:
    """Tell whether a place is a file, and so can only be an evidence bundle."""
    return not is_url(where) and Path(where).exists() and not Path(where).is_dir()


def source_of(where: str, shard: int | None = None) -> Source:
    """Return the published log at a path (of it, or of a home) or at an address.

    Of a home in several shards that is the newest one, or the one that `shard` names.

    Raises:
        HomeInvalid: there is no such folder, or the shard is not here.
        SettingsInvalid: a shard is named of what is one already.
    """
    if not is_url(where):
        return _published(Path(where)) if shard is None else _shard_of(Path(where), shard)
    if shard is not None:
        raise SettingsInvalid("an address is that of one shard", "leave out `--shard`")
    from watchkeeper.adapters.published import UrlSource

    return UrlSource(where)


def _published(path: Path) -> DirectorySource:
    """Return the log at a path; one whose newest shard is just being begun is waited for.

    A new shard is in place a moment before its first checkpoint is.
    """
    source = DirectorySource(path)
    deadline = time.monotonic() + _BEGUN_SECONDS
    while source.siblings and source.read("checkpoint") is None and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        source = DirectorySource(path)
    return source


def shards_here(path: Path) -> list[int]:
    """Return the numbers of the shards of a home that are here, the oldest first."""
    return [number_of(place, path) for place in shard_places(path)]


def absent_shards(path: Path) -> list[int]:
    """Return the numbers of the older shards of a home that were moved away."""
    here = set(shards_here(path))
    return [number for number in range(max(here, default=0)) if number not in here]


def number_of(place: Path, home: Path) -> int:
    """Return the number of the shard that stands in a folder of a home."""
    return 0 if place == home else int(place.name)


def _shard_of(path: Path, shard: int) -> DirectorySource:
    if not is_home(path):
        raise SettingsInvalid("only a home has several shards", "name the shard's own folder")
    for place in shard_places(path):
        if number_of(place, path) == shard:
            return DirectorySource(place, newest=False)
    raise HomeInvalid(
        f"shard {shard} of {cut(path)} is not here", "name the folder that it was moved to"
    )
