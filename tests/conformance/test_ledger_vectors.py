"""Vectors made by others: Merkle proofs, RFC 8785, signed notes, a whole tile log."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.vectors import vectors
from watchkeeper.errors import NoteInvalid, ProofInvalid, TileInvalid
from watchkeeper.ledger.canonical import canonical_arguments, parse_json
from watchkeeper.ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from watchkeeper.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from watchkeeper.ledger.note import ED25519, VerifierKey, open_note, parse_vkey
from watchkeeper.ledger.tiles import bundles_of, nodes_from_tiles, tile_path, tiles_of
from watchkeeper.verify.source import DirectorySource, read_bundle, read_tile, tile_reader

NOTE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
LOG_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
SIGSUM_KEY = "66e0b858e462a609e66fe71370c816d8846ff103d5499a22a7fec37fdbc424a7"


def cases(kind: str) -> list[dict[str, Any]]:
    folder = vectors("transparency-dev-merkle", "testdata", kind)
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_inclusion_proofs() -> None:
    found = cases("inclusion")
    assert len(found) == 98
    for case in found:
        proof = [raw(one) for one in case["proof"] or ()]
        arguments = (
            case["leafIdx"],
            case["treeSize"],
            raw(case["leafHash"]),
            proof,
            raw(case["root"]),
        )
        if case["wantErr"]:
            with pytest.raises(ProofInvalid):
                verify_inclusion(*arguments)
        else:
            verify_inclusion(*arguments)


def test_consistency_proofs() -> None:
    found = cases("consistency")
    assert len(found) == 98
    for case in found:
        proof = [raw(one) for one in case["proof"] or ()]
        arguments = (case["size1"], case["size2"], raw(case["root1"]), raw(case["root2"]), proof)
        if case["wantErr"]:
            with pytest.raises(ProofInvalid):
                verify_consistency(*arguments)
        else:
            verify_consistency(*arguments)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_form(name: str) -> None:
    folder = vectors("jcs", "testdata")
    value = parse_json((folder / "input" / f"{name}.json").read_bytes())
    wanted = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
    assert canonical_arguments(value) == wanted


def test_the_note_of_the_specification() -> None:
    note = (vectors("c2sp-spec-examples") / "note-example.txt").read_bytes()
    key = parse_vkey(NOTE_KEY)
    assert key.keyid.hex() == "530d903a"
    text, signers = open_note(note, [key])
    assert text == "This is an example message.\n"
    assert signers == (key,)
    with pytest.raises(NoteInvalid):
        open_note(note.replace(b"example message", b"exemplary note!"), [key])


def test_a_checkpoint_of_another_log_implementation() -> None:
    checkpoint = (vectors("c2sp-spec-examples") / "issue99-checkpoint.txt").read_bytes()
    origin = checkpoint.split(b"\n")[0].decode()
    key = VerifierKey(origin, ED25519, bytes.fromhex(SIGSUM_KEY))
    assert open_checkpoint(checkpoint, key).size == 10


@pytest.fixture
def tessera(tmp_path: Path) -> Path:
    shutil.copytree(vectors("tessera-testlog", "testdata", "log"), tmp_path / "log")
    return tmp_path / "log"


def roots(log: Path) -> dict[int, bytes]:
    """Every checkpoint of the log, signature checked."""
    key = parse_vkey(LOG_KEY)
    found: dict[int, bytes] = {}
    for path in log.glob("checkpoint.*"):
        checkpoint: Checkpoint = open_checkpoint(path.read_bytes(), key)
        found[checkpoint.size] = checkpoint.root
    return found


def test_a_whole_log_by_tessera(tessera: Path) -> None:
    source, signed = DirectorySource(tessera), roots(tessera)
    assert sorted(signed) == list(range(16))
    assert signed[0] == EMPTY_ROOT
    entries = [e for number, width in bundles_of(15) for e in read_bundle(source, number, width)]
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
        assert frontier.root() == signed[frontier.size]
    for level, number, width in tiles_of(15):
        hashes = read_tile(source, level, number, width)
        assert hashes == b"".join(leaf_hash(entry) for entry in entries)
    node_at = nodes_from_tiles(15, tile_reader(source))
    for old in range(1, 16):
        proof = consistency_proof(old, 15, node_at)
        verify_consistency(old, 15, signed[old], signed[15], proof)
        if old < 15:
            with pytest.raises(ProofInvalid):
                verify_consistency(old, 15, signed[old - 1], signed[15], proof)
    for index, entry in enumerate(entries):
        proof = inclusion_proof(index, 15, node_at)
        verify_inclusion(index, 15, leaf_hash(entry), proof, signed[15])
        with pytest.raises(ProofInvalid):
            verify_inclusion(index, 15, leaf_hash(entry + b"!"), proof, signed[15])


def test_a_tampered_copy_of_it_is_refused(tessera: Path) -> None:
    key = parse_vkey(LOG_KEY)
    checkpoint = (tessera / "checkpoint").read_bytes()
    for at in range(len(checkpoint)):
        changed = checkpoint[:at] + bytes([checkpoint[at] ^ 1]) + checkpoint[at + 1 :]
        with pytest.raises(NoteInvalid):
            open_checkpoint(changed, key)
    bundle = tessera / "tile/entries/000.p/15"
    bundle.write_bytes(bundle.read_bytes()[:-1])
    with pytest.raises(TileInvalid):
        read_bundle(DirectorySource(tessera), 0, 15)


def test_paths_of_the_specification() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    tiles = list(tiles_of(70_000))
    assert len([t for t in tiles if t[0] == 0 and t[2] == 256]) == 273
    assert tiles[273] == (0, 273, 112)
    assert tiles[-3:] == [(1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert parse_checkpoint("a\n0\n" + base64.b64encode(EMPTY_ROOT).decode() + "\n").size == 0
