"""A Merkle tree as RFC 6962, 2.1 defines it, by recursion and nothing else.

Slow and plain on purpose: the vectors are made with this, and not with the code that they test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

Hashes = list[bytes]


def entry(index: int) -> bytes:
    """Return entry `index` of every log of these vectors: its index in decimal digits."""
    return str(index).encode()


class Tree:
    """The tree over entries 0, 1, 2 … of a log; `size` leaves where nothing else is said."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._known: dict[tuple[int, int], bytes] = {}

    def root(self, start: int = 0, end: int | None = None) -> bytes:
        """Return MTH(D[start:end]) (RFC 6962, 2.1)."""
        end = self.size if end is None else end
        if end == start:
            return hashlib.sha256(b"").digest()
        if (start, end) not in self._known:
            self._known[start, end] = self._root(start, end)
        return self._known[start, end]

    def _root(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return hashlib.sha256(b"\x00" + entry(start)).digest()
        middle = start + split(end - start)
        pair = self.root(start, middle) + self.root(middle, end)
        return hashlib.sha256(b"\x01" + pair).digest()

    def inclusion(self, index: int, size: int) -> Hashes:
        """Return PATH(index, D[0:size]) (RFC 6962, 2.1.1)."""
        return self._path(index, 0, size)

    def _path(self, index: int, start: int, end: int) -> Hashes:
        if end - start == 1:
            return []
        middle = start + split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self.root(middle, end)]
        return [*self._path(index, middle, end), self.root(start, middle)]

    def consistency(self, old: int, size: int) -> Hashes:
        """Return PROOF(old, D[0:size]) (RFC 6962, 2.1.2)."""
        return self._subproof(old, 0, size, whole=True)

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> Hashes:
        if old == end:
            return [] if whole else [self.root(start, end)]
        middle = start + split(end - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, whole=whole), self.root(middle, end)]
        return [*self._subproof(old, middle, end, whole=False), self.root(start, middle)]

    def around(self, first: int, end: int, size: int) -> Hashes:
        """Return the hashes of a range proof (docs/concepts/bundle.md)."""
        return list(self._outside(0, size, first, end))

    def _outside(self, low: int, high: int, first: int, end: int) -> Iterator[bytes]:
        if high <= first or end <= low:
            yield self.root(low, high)
        elif high - low > 1:
            middle = low + split(high - low)
            yield from self._outside(low, middle, first, end)
            yield from self._outside(middle, high, first, end)

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return a tile's bytes (C2SP tlog-tiles): roots of `width` complete subtrees."""
        leaves = 256**level
        first = number * 256
        return b"".join(
            self.root(at * leaves, (at + 1) * leaves) for at in range(first, first + width)
        )


def split(count: int) -> int:
    """Return the largest power of two smaller than `count`."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power
