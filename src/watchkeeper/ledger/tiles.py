"""Tiles and entry bundles: the log as static files (C2SP tlog-tiles v0.1.0).

A tile holds 256 hashes; level 0 are leaf hashes, a hash of level L+1 is the root of one full tile
of level L. An entry bundle holds 256 entries, each after its length.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence

from watchkeeper.errors import EntryTooLarge, TileInvalid
from watchkeeper.ledger.merkle import HASH_BYTES, NodeAt, node_hash, root_of

WIDTH = 256
MAX_ENTRY_BYTES = 65_535
_LENGTH = struct.Struct(">H")


def tile_path(level: int, number: int, width: int = WIDTH) -> str:
    """Return the path of a tile below the log's prefix; `width` below 256 makes it partial."""
    return f"tile/{level}/{_digits(number)}{_partial(width)}"


def bundle_path(number: int, width: int = WIDTH) -> str:
    """Return the path of an entry bundle below the log's prefix."""
    return f"tile/entries/{_digits(number)}{_partial(width)}"


def _digits(number: int) -> str:
    """Write 1234067 as x001/x234/067 (tlog-tiles, "Parameters")."""
    out = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        out = f"x{number % 1000:03d}/{out}"
    return out


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Name every tile of a tree: (level, number, width), full ones and then the partial one."""
    level = 0
    while size:
        full, rest = divmod(size, WIDTH)
        for number in range(full):
            yield level, number, WIDTH
        if rest:
            yield level, full, rest
        size, level = full, level + 1


def bundles_of(size: int, start: int = 0) -> Iterator[tuple[int, int]]:
    """Name every entry bundle of a log from bundle `start` on: (number, width)."""
    full, rest = divmod(size, WIDTH)
    for number in range(start, full):
        yield number, WIDTH
    if rest and start <= full:
        yield full, rest


def parse_tile(raw: bytes, width: int = WIDTH) -> list[bytes]:
    """Return the hashes of a tile.

    Raises:
        TileInvalid: not exactly `width` hashes.
    """
    if len(raw) != width * HASH_BYTES:
        raise TileInvalid(f"a tile of {len(raw)} bytes, where {width} hashes should be")
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]


def render_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of an entry bundle.

    Raises:
        EntryTooLarge: an entry over 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        check_entry(entry)
        parts += (_LENGTH.pack(len(entry)), entry)
    return b"".join(parts)


def parse_bundle(raw: bytes, width: int = WIDTH) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        TileInvalid: not exactly `width` whole entries.
    """
    entries: list[bytes] = []
    at = 0
    while at + 2 <= len(raw):
        (length,) = _LENGTH.unpack_from(raw, at)
        entries.append(raw[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(raw) or len(entries) != width:
        raise TileInvalid(f"a bundle of {len(entries)} entries, where {width} should be")
    return entries


def check_entry(entry: bytes) -> None:
    """Refuse an entry that no bundle can hold.

    Raises:
        EntryTooLarge: over 65,535 bytes.
    """
    if len(entry) > MAX_ENTRY_BYTES:
        raise EntryTooLarge(
            f"a record of {len(entry)} bytes, where {MAX_ENTRY_BYTES} may be",
            "put what is large into the payload and its digest into the record",
        )


def nodes_from_tiles(size: int, read: Callable[[str], bytes]) -> NodeAt:
    """Return a look-up of complete subtrees of the tree of `size`, over published tiles.

    `read` returns the bytes at a path below the log's prefix. The tiles read last are kept.

    Raises:
        TileInvalid: from the look-up, where a tile has another size than it must have.
    """
    kept: dict[tuple[int, int], list[bytes]] = {}

    def tile(level: int, number: int) -> list[bytes]:
        if (level, number) not in kept:
            width = min(WIDTH, (size >> 8 * level) - number * WIDTH)
            if len(kept) >= 64:
                kept.clear()
            raw = read(tile_path(level, number, width))
            kept[level, number] = parse_tile(raw, width)
        return kept[level, number]

    def node_at(height: int, index: int) -> bytes:
        level, rise = divmod(height, 8)
        number, offset = divmod(index << rise, WIDTH)
        return root_of(tile(level, number)[offset : offset + (1 << rise)])

    return node_at


class TileTree:
    """A growing tree as rows of tiles: says which tiles become full, and knows the root.

    `tails` are the hashes of the tile that is not full yet, for each level: all that is kept.
    """

    __slots__ = ("size", "tails")

    def __init__(self) -> None:
        self.size = 0
        self.tails: list[list[bytes]] = [[]]

    def append(self, leaf: bytes) -> list[tuple[int, int, list[bytes]]]:
        """Add a leaf hash; return the tiles that it made full: (level, number, hashes)."""
        self.size += 1
        tail = self.tails[0]
        tail.append(leaf)
        return [] if len(tail) < WIDTH else self._fill()

    def _fill(self) -> list[tuple[int, int, list[bytes]]]:
        full = []
        level = 0
        while len(self.tails[level]) == WIDTH:
            hashes = self.tails[level]
            full.append((level, (self.size >> 8 * (level + 1)) - 1, hashes))
            self.tails[level] = []
            level += 1
            if level == len(self.tails):
                self.tails.append([])
            self.tails[level].append(root_of(hashes))
        return full

    def partials(self) -> list[tuple[int, int, list[bytes]]]:
        """Return the tiles that are not full and not empty: (level, number, hashes)."""
        return [
            (level, self.size >> 8 * (level + 1), hashes)
            for level, hashes in enumerate(self.tails)
            if hashes
        ]

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        found: bytes | None = None
        for hashes in self.tails:
            # What is left over below is one more subtree at the right, not as tall as the others.
            row = [*hashes, found] if found is not None else hashes
            if row:
                found = _lopsided_root(row)
        return root_of([]) if found is None else found


def _lopsided_root(row: list[bytes]) -> bytes:
    """Return the root of a row of subtrees, the last of which may be lower than the others."""
    if len(row) == 1:
        return row[0]
    split = 1 << (len(row) - 1).bit_length() - 1
    return node_hash(root_of(row[:split]), _lopsided_root(row[split:]))
