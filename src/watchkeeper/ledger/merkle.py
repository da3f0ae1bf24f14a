"""The Merkle tree over the log's entries: SHA-256 as in RFC 6962, proofs as in RFC 9162.

A node is named by its height (0 for leaves) and its index in that row; only complete subtrees
have a name. Functions that build proofs take a callable that looks such nodes up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from watchkeeper.errors import ProofInvalid

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeAt = Callable[[int, int], bytes]
"""Looks up the hash of the complete subtree at (height, index)."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a tree whose leaves, or equally tall subtrees, have these hashes."""
    frontier = Frontier()
    for one in hashes:
        frontier.append(one)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: enough to append and to know the root.

    `hashes` are the roots of the complete subtrees of `size`, the tallest first: never more than
    one for each bit of `size`.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ProofInvalid(f"{len(hashes)} subtrees do not make a tree of {size}")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        size, hashes, sha = self.size, self.hashes, hashlib.sha256
        while size & 1:
            leaf = sha(b"\x01" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far (RFC 6962, 2.1; the empty tree has one too)."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def copy(self) -> Frontier:
        """Return a frontier that grows on its own."""
        return Frontier(self.size, self.hashes)


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the first `size` leaves.

    Leaf to root (RFC 9162, 2.1.3.1).

    Raises:
        ProofInvalid: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"no entry {index} in a log of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_of(end - start)
        if index < middle:
            proof.append(range_hash(middle, end, node_at))
            end = middle
        else:
            proof.append(range_hash(start, middle, node_at))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node_at: NodeAt) -> list[bytes]:
    """Return the hashes that show that the first `old` leaves begin the first `new` ones.

    RFC 9162, 2.1.4.1; empty where the sizes are equal.

    Raises:
        ProofInvalid: sizes between which nothing can be shown.
    """
    if not 0 < old <= new:
        raise ProofInvalid(f"no consistency proof from {old} to {new}")
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + split_of(end - start)
        if old <= middle:
            proof.append(range_hash(middle, end, node_at))
            end = middle
        else:
            proof.append(range_hash(start, middle, node_at))
            start, whole = middle, False
    if not whole:
        proof.append(range_hash(start, end, node_at))
    return proof[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf hash stands at `index` in the tree of `size` with `root`.

    RFC 9162, 2.1.3.2.

    Raises:
        ProofInvalid: it does not hold.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"no entry {index} in a log of {size}")
    _check_hashes([leaf, root, *proof])
    fn, sn, found = index, size - 1, leaf
    for one in proof:
        if sn == 0:
            raise ProofInvalid("inclusion proof is too long")
        if fn & 1 or fn == sn:
            found = node_hash(one, found)
            while fn & 1 == 0 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, one)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofInvalid("inclusion proof is too short")
    if found != root:
        raise ProofInvalid("inclusion proof leads to another root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `old` leaves begins the tree of `new` leaves.

    RFC 9162, 2.1.4.2. The empty tree begins every tree, but there is nothing to show it by: a
    proof from 0 is refused.

    Raises:
        ProofInvalid: it does not hold.
    """
    if not 0 < old <= new:
        raise ProofInvalid(f"no consistency proof from {old} to {new}")
    if old == new:
        if proof or not old_root or old_root != new_root:
            raise ProofInvalid("two trees of one size with other roots, or a proof too much")
        return
    _check_hashes([old_root, new_root, *proof])
    if not proof:
        raise ProofInvalid("consistency proof is empty")
    found_old, found_new = _consistent_roots(old, new, old_root, proof)
    if found_old != old_root:
        raise ProofInvalid("consistency proof leads to another old root")
    if found_new != new_root:
        raise ProofInvalid("consistency proof leads to another new root")


def _consistent_roots(
    old: int, new: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Walk the proof (RFC 9162, 2.1.4.2, steps 3 to 6) and return the two roots it gives."""
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for one in path[1:]:
        if sn == 0:
            raise ProofInvalid("consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(one, fr), node_hash(one, sr)
            while fn & 1 == 0 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, one)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofInvalid("consistency proof is too short")
    return fr, sr


def split_of(count: int) -> int:
    """Return the largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def range_hash(start: int, end: int, node_at: NodeAt) -> bytes:
    """Return the hash of leaves `start` to `end`, a subtree that RFC 6962's splits lead to."""
    parts: list[bytes] = []
    while start < end:
        height = (end - start).bit_length() - 1
        parts.append(node_at(height, start >> height))
        start += 1 << height
    out = parts.pop()
    while parts:
        out = node_hash(parts.pop(), out)
    return out


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for one in hashes:
        if len(one) != HASH_BYTES:
            raise ProofInvalid(f"a hash of {len(one)} bytes, where 32 should be")
