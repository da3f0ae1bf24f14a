"""Our log and its cosignatures, checked by aics-tlog; what was tampered with, refused by it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import Published
from tests.worlds import needs
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.ledger.merkle import consistency_proof
from watchkeeper.ledger.tiles import nodes_from_tiles
from watchkeeper.verify.source import DirectorySource, tile_reader


@pytest.fixture(scope="module")
def aics() -> Any:
    needs.module("aics_tlog")
    import aics_tlog

    return aics_tlog


@pytest.fixture
def copy(published: Published, tmp_path: Path) -> Path:
    shutil.copytree(published.path, tmp_path / "log")
    return tmp_path / "log"


def checked(aics: Any, raw: bytes, vkey: str, witnesses: tuple[Any, ...] = ()) -> Any:
    key = aics.parse_vkey(vkey.strip())
    quorum = len(witnesses)
    return aics.verify_checkpoint(
        aics.parse_note(raw), key, list(witnesses), quorum=quorum, expected_origin=key.name
    )


def test_the_checkpoint(aics: Any, published: Published) -> None:
    raw, vkey = (published.path / "checkpoint").read_bytes(), published.vkey.read_text()
    assert checked(aics, raw, vkey).ok
    assert not checked(aics, published.of_another_size(raw), vkey).ok
    assert not checked(aics, raw.replace(b"acme", b"acne"), vkey).ok


def test_a_quorum_of_witnesses(aics: Any, published: Published) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    raw, vkey = (published.path / "checkpoint").read_bytes(), published.vkey.read_text()
    checkpoint, _ = parse_checkpoint_unverified(raw)
    keys = {name: Ed25519PrivateKey.generate() for name in ("w.example/a", "w.example/b")}
    witnesses = tuple(aics.cosignature_vkey(name, key.public_key()) for name, key in keys.items())
    assert not checked(aics, raw, vkey, witnesses).ok
    said = (checkpoint.origin, checkpoint.size, checkpoint.root)
    for name, key in keys.items():
        _, line = aics.sign_cosignature(key, name, 1_795_000_000, *said)
        note = aics.parse_note(raw)
        raw = aics.Note(text=note.text, signatures=(*note.signatures, line)).to_bytes()
    assert checked(aics, raw, vkey, witnesses).ok
    assert not checked(aics, raw[:-12] + b"AAAAAAAAAA=\n", vkey, witnesses).ok


def test_the_whole_folder(aics: Any, published: Published) -> None:
    checkpoint, _ = parse_checkpoint_unverified((published.path / "checkpoint").read_bytes())
    reader = aics.FileSystemTileReader(published.path)
    found = aics.audit_tiles(reader, checkpoint.size, checkpoint.root)
    assert found.size == checkpoint.size
    for index, entry in enumerate(published.entries()):
        proof = list(published.proof(index).hashes)
        arguments = (index, checkpoint.size, proof, checkpoint.root)
        assert aics.verify_leaf_inclusion(entry, *arguments)
        assert not aics.verify_leaf_inclusion(entry + b" ", *arguments)


def test_a_tile_or_an_entry_changed(aics: Any, published: Published, copy: Path) -> None:
    checkpoint, _ = parse_checkpoint_unverified((copy / "checkpoint").read_bytes())
    size = checkpoint.size
    for path in (copy / f"tile/0/000.p/{size}", copy / f"tile/entries/000.p/{size}"):
        kept = path.read_bytes()
        path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        with pytest.raises(aics.TileVerificationError):
            aics.audit_tiles(aics.FileSystemTileReader(copy), size, checkpoint.root)
        path.write_bytes(kept)
    aics.audit_tiles(aics.FileSystemTileReader(copy), size, checkpoint.root)


def test_consistency_with_an_older_checkpoint(aics: Any, published: Published) -> None:
    new, _ = parse_checkpoint_unverified((published.path / "checkpoint").read_bytes())
    old, _ = parse_checkpoint_unverified(published.older.read_bytes())
    node_at = nodes_from_tiles(new.size, tile_reader(DirectorySource(published.path)))
    proof = consistency_proof(old.size, new.size, node_at)
    assert proof
    assert aics.verify_consistency(old.size, new.size, old.root, new.root, proof)
    assert not aics.verify_consistency(old.size, new.size, new.root, new.root, proof)
    assert not aics.verify_consistency(old.size - 1, new.size, old.root, new.root, proof)
    reader = aics.FileSystemTileReader(published.path)
    assert aics.consistency_proof_from_tiles(reader, old.size, new.size) == proof
