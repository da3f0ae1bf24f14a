from __future__ import annotations

import pytest

from watchkeeper.errors import EntryTooLarge, ProofInvalid, TileInvalid
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
from watchkeeper.ledger.tiles import (
    TileTree,
    bundle_path,
    bundles_of,
    parse_bundle,
    parse_tile,
    render_bundle,
    tile_path,
)

A, B, C = leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")


def test_roots() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT == TileTree().root()
    for leaf, root in ((A, A), (B, node_hash(A, B)), (C, node_hash(node_hash(A, B), C))):
        frontier.append(leaf)
        assert frontier.root() == root
    copy = frontier.copy()
    copy.append(A)
    assert (frontier.size, copy.size) == (3, 4)
    with pytest.raises(ProofInvalid):
        Frontier(3, [A])


def test_impossible_proofs() -> None:
    for call in (
        lambda: inclusion_proof(2, 2, lambda _h, _i: A),
        lambda: inclusion_proof(-1, 2, lambda _h, _i: A),
        lambda: consistency_proof(0, 2, lambda _h, _i: A),
        lambda: consistency_proof(3, 2, lambda _h, _i: A),
        lambda: verify_inclusion(0, 1, b"", [], A),
        lambda: verify_inclusion(0, 2, A, [], A),
        lambda: verify_inclusion(0, 1, A, [B], A),
        lambda: verify_consistency(0, 1, EMPTY_ROOT, A, []),
        lambda: verify_consistency(1, 1, b"", b"", []),
        lambda: verify_consistency(1, 2, A, node_hash(A, B), []),
        lambda: verify_consistency(2, 1, A, A, [B]),
    ):
        with pytest.raises(ProofInvalid):
            call()


def test_bundles() -> None:
    entries = [b"", b"x", b"y" * 65_535]
    raw = render_bundle(entries)
    assert raw[:5] == b"\x00\x00\x00\x01x"
    assert parse_bundle(raw, 3) == entries
    for bad, width in ((raw, 2), (raw[:-1], 3), (raw + b"\x00", 3), (raw + b"\x00\x05a", 4)):
        with pytest.raises(TileInvalid):
            parse_bundle(bad, width)
    with pytest.raises(EntryTooLarge) as caught:
        render_bundle([b"y" * 65_536])
    assert "payload" in caught.value.advice


def test_tiles() -> None:
    assert parse_tile(A + B, 2) == [A, B]
    with pytest.raises(TileInvalid):
        parse_tile(A + B, 3)


def test_paths() -> None:
    assert tile_path(1, 0) == "tile/1/000"
    assert tile_path(0, 999_999, 3) == "tile/0/x999/999.p/3"
    assert bundle_path(1000) == "tile/entries/x001/000"
    assert list(bundles_of(600, 1)) == [(1, 256), (2, 88)]
    assert list(bundles_of(0)) == []


def test_full_tiles_come_once() -> None:
    tree = TileTree()
    full = [name[:2] for i in range(600) for name in tree.append(leaf_hash(b"%d" % i))]
    assert full == [(0, 0), (0, 1)]
    assert [(level, number, len(h)) for level, number, h in tree.partials()] == [
        (0, 2, 88),
        (1, 0, 2),
    ]
