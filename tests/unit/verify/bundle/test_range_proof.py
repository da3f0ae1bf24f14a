"""The range proof, held against its definition in `docs/concepts/bundle.md`, step by step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.errors import ProofInvalid
from watchkeeper.ledger.merkle import leaf_hash, node_hash, root_of, split_of
from watchkeeper.verify.bundle.range_proof import (
    RangeProof,
    RangeRoot,
    parse_range_proof,
    range_proof,
    range_root,
    render_range_proof,
)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % number) for number in range(size)]


def node_at(height: int, index: int) -> bytes:
    return root_of(leaves(1024)[index << height : index + 1 << height])


def as_defined(
    low: int, high: int, run: tuple[int, int], hashes: Iterator[bytes], entries: Iterator[bytes]
) -> bytes:
    """The recursion of the page, word for word."""
    if high <= run[0] or low >= run[1]:
        return next(hashes)
    if high - low == 1:
        return next(entries)
    middle = low + split_of(high - low)
    left = as_defined(low, middle, run, hashes, entries)
    return node_hash(left, as_defined(middle, high, run, hashes, entries))


@st.composite
def runs(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(1, 300))
    first = draw(st.integers(0, size - 1))
    return first, draw(st.integers(first + 1, size)), size


@given(runs())
def test_it_leads_to_the_root_as_defined(run: tuple[int, int, int]) -> None:
    first, end, size = run
    everything = leaves(size)
    proof = range_proof(first, end, size, node_at)
    hashes, entries = iter(proof.hashes), iter(everything[first:end])
    assert as_defined(0, size, (first, end), hashes, entries) == root_of(everything)
    assert next(hashes, None) is None
    assert range_root(proof, everything[first:end]) == root_of(everything)
    assert parse_range_proof(render_range_proof(proof)) == proof


@given(runs(), st.data())
def test_anything_else_leads_elsewhere(run: tuple[int, int, int], data: st.DataObject) -> None:
    first, end, size = run
    everything = leaves(size)
    root = root_of(everything)
    proof = range_proof(first, end, size, node_at)
    place = data.draw(st.integers(first, end - 1))
    changed = [*everything[first:place], leaf_hash(b"other"), *everything[place + 1 : end]]
    assert range_root(proof, changed) != root
    if proof.hashes:
        less = RangeProof(first, end, size, proof.hashes[:-1])
        more = RangeProof(first, end, size, (*proof.hashes, proof.hashes[0]))
        for other in (less, more):
            with pytest.raises(ProofInvalid):
                range_root(other, everything[first:end])


def test_a_run_that_is_not_added_whole() -> None:
    tree = RangeRoot(range_proof(2, 5, 9, node_at))
    tree.add(leaves(3)[2])
    with pytest.raises(ProofInvalid, match="3 entries, where 5"):
        tree.root()


@pytest.mark.parametrize("run", [(0, 0, 5), (3, 2, 5), (0, 6, 5), (-1, 2, 5), (5, 6, 5)])
def test_what_is_no_run(run: tuple[int, int, int]) -> None:
    with pytest.raises(ProofInvalid):
        range_proof(*run, node_at)
    with pytest.raises(ProofInvalid):
        RangeRoot(RangeProof(*run, ()))


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b"v1", b"v2"),
        lambda raw: raw.replace(b"range 2", b"range 02"),
        lambda raw: raw.replace(b"range 2", b"range -2"),
        lambda raw: raw.replace(b"=\n", b"\n", 1),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: "é".encode() + raw,
        lambda raw: raw + b"A" * 70_000 + b"\n",
        lambda raw: raw[:0],
    ],
)
def test_another_spelling_is_refused(change: object) -> None:
    raw = render_range_proof(range_proof(2, 5, 9, node_at))
    with pytest.raises(ProofInvalid):
        parse_range_proof(change(raw))  # type: ignore[operator]
