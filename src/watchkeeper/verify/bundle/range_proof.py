"""Proves that a run of entries is exactly what stands there in the log (RFC 6962, 2.1)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watchkeeper.errors import ProofInvalid, cut
from watchkeeper.ledger.merkle import HASH_BYTES, Frontier, NodeAt, node_hash, range_hash, split_of
from watchkeeper.ledger.signature import decode_base64

HEADER = "urn:x-watchkeeper:range-proof:v1"
MAX_PROOF_BYTES = 1 << 16
_RANGE = re.compile("range (0|[1-9][0-9]{0,11}) ([1-9][0-9]{0,11}) ([1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class RangeProof:
    """Says that entries `first` up to, but not including, `end` stand in a tree of `size`."""

    first: int
    end: int
    size: int
    hashes: tuple[bytes, ...]


def range_proof(first: int, end: int, size: int, node_at: NodeAt) -> RangeProof:
    """Return the proof for a run.

    Raises:
        ProofInvalid: there is no such run.
    """
    if not 0 <= first < end <= size:
        raise ProofInvalid(f"no entries {first} to {end} in a log of {size}")
    hashes = tuple(range_hash(low, high, node_at) for low, high in _outside(first, end, 0, size))
    return RangeProof(first, end, size, hashes)


def render_range_proof(proof: RangeProof) -> bytes:
    """Return the bytes of a `.proof` file."""
    lines = [HEADER, f"range {proof.first} {proof.end} {proof.size}"]
    lines += [base64.b64encode(one).decode() for one in proof.hashes]
    return "\n".join([*lines, ""]).encode()


def parse_range_proof(raw: bytes) -> RangeProof:
    """Parse a `.proof` file; nothing in it is verified yet.

    Raises:
        ProofInvalid: not such a file.
    """
    if len(raw) > MAX_PROOF_BYTES or not raw.isascii() or not raw.endswith(b"\n"):
        raise ProofInvalid(f"not a range proof: {cut(raw)}")
    header, *lines = raw[:-1].decode().split("\n")
    match = _RANGE.fullmatch(lines[0]) if lines else None
    if header != HEADER or match is None:
        raise ProofInvalid(f"not a range proof of version 1: {cut(header)}")
    hashes = tuple(_hash(line) for line in lines[1:])
    return RangeProof(int(match[1]), int(match[2]), int(match[3]), hashes)


class RangeRoot:
    """Takes the leaf hashes of a run in order and leads to the root; memory stays flat."""

    def __init__(self, proof: RangeProof) -> None:
        first, end, size = proof.first, proof.end, proof.size
        if not 0 <= first < end <= size:
            raise ProofInvalid(f"no entries {first} to {end} in a log of {size}")
        before = first.bit_count()
        if len(proof.hashes) != sum(1 for _ in _outside(first, end, 0, size)):
            raise ProofInvalid("a range proof with too many hashes, or too few")
        self._proof = proof
        self._after = proof.hashes[before:]
        self._tree = Frontier(first, proof.hashes[:before])

    def add(self, leaf: bytes) -> None:
        """Take the next leaf hash."""
        self._tree.append(leaf)

    def root(self) -> bytes:
        """Return the root that the run and its proof lead to.

        Raises:
            ProofInvalid: not every entry of the run was added.
        """
        if self._tree.size != self._proof.end:
            raise ProofInvalid(f"{self._tree.size} entries, where {self._proof.end} should be")
        if self._proof.end == self._proof.size:
            return self._tree.root()
        return self._fold(0, self._proof.size, iter(self._tree.hashes), iter(self._after))

    def _fold(self, low: int, high: int, left: Iterator[bytes], right: Iterator[bytes]) -> bytes:
        if high <= self._proof.end:
            return next(left)
        if low >= self._proof.end:
            return next(right)
        middle = low + split_of(high - low)
        first = self._fold(low, middle, left, right)
        return node_hash(first, self._fold(middle, high, left, right))


def range_root(proof: RangeProof, leaves: Sequence[bytes]) -> bytes:
    """Return the root that these leaf hashes and the proof lead to.

    Raises:
        ProofInvalid: they do not fit together.
    """
    tree = RangeRoot(proof)
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def _outside(first: int, end: int, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield the largest nodes of the tree that lie outside of the run, from left to right."""
    if high <= first or low >= end:
        yield low, high
    elif low < first or high > end:
        middle = low + split_of(high - low)
        yield from _outside(first, end, low, middle)
        yield from _outside(first, end, middle, high)


def _hash(line: str) -> bytes:
    one = decode_base64(line)
    if one is None or len(one) != HASH_BYTES:
        raise ProofInvalid(f"not a hash: {cut(line)}")
    return one
