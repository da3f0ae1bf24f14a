"""Trees of any size: frontier, tiles and proofs say the same as the definition of RFC 6962."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.errors import EnvelopeInvalid, NoteInvalid, ProofInvalid, TileInvalid
from watchkeeper.ledger.envelope import parse_envelope_unverified
from watchkeeper.ledger.frame import check_tail, frames_of, render_frame
from watchkeeper.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from watchkeeper.ledger.note import parse_note_unverified, parse_vkey
from watchkeeper.ledger.proof import parse_proof
from watchkeeper.ledger.tiles import (
    TileTree,
    nodes_from_tiles,
    parse_bundle,
    tile_path,
    tiles_of,
)

LEAVES = [leaf_hash(b"%d" % i) for i in range(1200)]
SETTINGS = settings(max_examples=60)
SIZES = st.integers(1, len(LEAVES))


def defined(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined(leaves[:split]), defined(leaves[split:]))


def tiles(size: int) -> tuple[TileTree, dict[str, bytes]]:
    tree, files = TileTree(), {}
    for leaf in LEAVES[:size]:
        for level, number, hashes in tree.append(leaf):
            files[tile_path(level, number)] = b"".join(hashes)
    for level, number, hashes in tree.partials():
        files[tile_path(level, number, len(hashes))] = b"".join(hashes)
    return tree, files


@SETTINGS
@given(SIZES)
def test_roots_and_tiles(size: int) -> None:
    tree, files = tiles(size)
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    assert tree.root() == frontier.root() == defined(LEAVES[:size])
    assert set(files) == {tile_path(*tile) for tile in tiles_of(size)}


@SETTINGS
@given(SIZES, st.data())
def test_proofs_hold_and_only_for_what_they_prove(size: int, data: st.DataObject) -> None:
    tree, files = tiles(size)
    node_at = nodes_from_tiles(size, files.__getitem__)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root, old_root = tree.root(), defined(LEAVES[:old])
    inclusion = inclusion_proof(index, size, node_at)
    verify_inclusion(index, size, LEAVES[index], inclusion, root)
    consistency = consistency_proof(old, size, node_at)
    verify_consistency(old, size, old_root, root, consistency)
    with pytest.raises(ProofInvalid):
        verify_inclusion(index, size, leaf_hash(b"other"), inclusion, root)
    if size > 1:
        with pytest.raises(ProofInvalid):
            verify_inclusion((index + 1) % size, size, LEAVES[index], inclusion, root)
    if consistency:
        at = data.draw(st.integers(0, len(consistency) - 1))
        broken = [*consistency]
        broken[at] = leaf_hash(broken[at])
        with pytest.raises(ProofInvalid):
            verify_consistency(old, size, old_root, root, broken)


@settings(max_examples=150)
@given(
    st.lists(
        st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), max_size=3), max_size=5
    ),
    st.data(),
)
def test_whatever_is_cut_off_the_last_write_leaves_the_others(
    batches: list[list[tuple[bytes, bytes]]], data: st.DataObject
) -> None:
    out, index, whole = b"", 0, []
    for batch in batches:
        start = len(out)
        for envelope, payload in batch:
            out += render_frame(index, start, envelope, payload)
            whole.append((envelope, payload))
            index += 1
    last = len(out) - sum(len(e) + len(p) + 32 for e, p in (batches[-1] if batches else []))
    cut = data.draw(st.integers(last, len(out)))
    frames = list(frames_of(out[:cut]))
    assert [(f.envelope, f.payload) for f in frames] == whole[: len(frames)]
    assert len(frames) >= len(whole) - (len(batches[-1]) if batches else 0)
    end = frames[-1].end if frames else 0
    check_tail(out[end:cut], end, newest=True)


@settings(max_examples=150)
@given(st.binary(max_size=80) | st.text(max_size=60).map(lambda t: t.encode(errors="replace")))
def test_parsers_refuse_in_their_own_way(raw: bytes) -> None:
    for parse, error in (
        (parse_envelope_unverified, EnvelopeInvalid),
        (parse_note_unverified, NoteInvalid),
        (lambda data: parse_vkey(data.decode(errors="replace")), NoteInvalid),
        (parse_proof, ProofInvalid),
        (lambda data: parse_bundle(data, 1), TileInvalid),
    ):
        with contextlib.suppress(error):
            parse(raw)  # type: ignore[operator]
