"""Where a published log is read from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from watchkeeper.errors import HomeInvalid, TileInvalid, cut
from watchkeeper.ledger.tiles import WIDTH, bundle_path, parse_bundle, render_bundle, tile_path

MAX_FILE_BYTES = 64 << 20


class Source(Protocol):
    """A published log: static files below one prefix."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes at a path below the prefix, or None if there is nothing."""
        ...


def shard_places(path: Path) -> list[Path]:
    """Return the folders of the shards of a home, the oldest first; none if it is no home."""
    later = [place for place in path.glob("shards/[1-9]*") if place.name.isdecimal()]
    places = [path, *sorted(later, key=lambda place: int(place.name))]
    return [p for p in places if (p / "segments").is_dir() and (p / "log").is_dir()]


class DirectorySource:
    """A published log in a folder; of a home, its newest shard, or just this one.

    `home` is the folder that holds the shard's segments, if it is a home's; `siblings` those of
    all the home's shards, where there are several.
    """

    def __init__(self, path: Path, *, newest: bool = True) -> None:
        places = shard_places(path) if newest else [path]
        self.siblings = places if len(places) > 1 else []
        path = next(reversed(places), path)
        home = (path / "segments").is_dir() and (path / "log").is_dir()
        self.home: Path | None = path if home else None
        self.path = path / "log" if home else path
        if not self.path.is_dir():
            raise HomeInvalid(f"no folder to read a log from: {cut(path)}")

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None if there is none."""
        try:
            file = self.path / path
            if file.stat().st_size > MAX_FILE_BYTES:
                raise TileInvalid(f"a file larger than any of a log: {cut(path)}")
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


def read_tile(source: Source, level: int, number: int, width: int) -> bytes:
    """Return a tile's bytes; a partial tile may be read from the full one that replaced it.

    Raises:
        TileInvalid: it is missing, or has another size.
    """
    raw = source.read(tile_path(level, number, width))
    if raw is None and width < WIDTH:
        full = source.read(tile_path(level, number))
        raw = None if full is None else full[: width * 32]
    if raw is None or len(raw) != width * 32:
        raise TileInvalid(f"missing or of another size: {tile_path(level, number, width)}")
    return raw


def read_bundle(source: Source, number: int, width: int) -> list[bytes]:
    """Return the entries of a bundle; a partial one may be read from the full one.

    Raises:
        TileInvalid: it is missing, or does not hold `width` entries.
    """
    path = bundle_path(number, width)
    raw = source.read(path)
    if raw is not None:
        return _parsed(path, raw, width)
    full = source.read(bundle_path(number)) if width < WIDTH else None
    if full is None:
        raise TileInvalid(f"missing: {path}")
    return _parsed(bundle_path(number), full, WIDTH)[:width]


def read_raw_bundle(source: Source, number: int, width: int) -> bytes:
    """Return the bytes of a bundle of `width` entries, not looked at.

    Raises:
        TileInvalid: it is missing.
    """
    raw = source.read(bundle_path(number, width))
    return raw if raw is not None else render_bundle(read_bundle(source, number, width))


def tile_reader(source: Source) -> Callable[[str], bytes]:
    """Return a reader of tiles by path, for `ledger.tiles.nodes_from_tiles`.

    Raises:
        TileInvalid: from the reader, where a tile is missing.
    """

    def read(path: str) -> bytes:
        raw = source.read(path)
        if raw is None and ".p/" in path:
            full, _, width = path.partition(".p/")
            whole = source.read(full)
            raw = None if whole is None else whole[: int(width) * 32]
        if raw is None:
            raise TileInvalid(f"missing: {path}")
        return raw

    return read


def _parsed(path: str, raw: bytes, width: int) -> list[bytes]:
    try:
        return parse_bundle(raw, width)
    except TileInvalid as error:
        raise TileInvalid(f"{error.message}: {path}") from None
