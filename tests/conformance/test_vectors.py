"""Our own vectors for tile logs: they are what the script makes, and our code agrees with each."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.tile_vectors import FOLDER, cases, hashes, index, log_at, raw
from watchkeeper.errors import (
    CommandInvalid,
    NoteInvalid,
    ProofInvalid,
    RecordInvalid,
    TileInvalid,
    WatchkeeperError,
)
from watchkeeper.ledger.checkpoint import open_checkpoint, parse_checkpoint
from watchkeeper.ledger.envelope import open_command, open_envelope
from watchkeeper.ledger.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from watchkeeper.ledger.note import open_note, parse_note_unverified, parse_vkey
from watchkeeper.ledger.proof import parse_proof, verify_proof
from watchkeeper.ledger.tiles import bundles_of, nodes_from_tiles, tiles_of
from watchkeeper.ledger.witness.cosignature import cosignatures
from watchkeeper.ledger.witness.policy import parse_policy
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer
from watchkeeper.records.plan_verdict import PlanVerdictRecord
from watchkeeper.verify.bundle.range_proof import parse_range_proof, range_root
from watchkeeper.verify.source import DirectorySource, read_bundle, read_tile, tile_reader

SCRIPT = FOLDER.parents[2] / "scripts" / "vectors.py"


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_the_script_makes_exactly_these_files(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True)
    made, kept = files(tmp_path), files(FOLDER)
    assert sorted(made) == sorted(kept)
    assert [name for name, data in made.items() if kept[name] != data] == []
    assert sum(map(len, kept.values())) < 2 << 20


def test_the_index_counts_every_case() -> None:
    for one in index()["files"]:
        found = cases(one["file"].removesuffix(".json"))
        assert sum(case["ok"] for case in found) == one["good"], one
        assert sum("wrong" in case for case in found) == one["bad"], one
        assert len({case["name"] for case in found}) == one["good"] + one["bad"], one


@pytest.mark.parametrize("case", cases("inclusion"), ids=lambda case: case["name"])
def test_inclusion(case: dict[str, Any]) -> None:
    arguments = case["index"], case["size"], raw(case["leafHash"]), hashes(case), raw(case["root"])
    if case["ok"]:
        verify_inclusion(*arguments)
        return
    with pytest.raises(ProofInvalid):
        verify_inclusion(*arguments)


@pytest.mark.parametrize("case", cases("consistency"), ids=lambda case: case["name"])
def test_consistency(case: dict[str, Any]) -> None:
    roots = raw(case["oldRoot"]), raw(case["newRoot"])
    if case["ok"]:
        verify_consistency(case["old"], case["new"], *roots, hashes(case))
        return
    with pytest.raises(ProofInvalid):
        verify_consistency(case["old"], case["new"], *roots, hashes(case))


@pytest.mark.parametrize("case", cases("notes"), ids=lambda case: case["name"])
def test_notes(case: dict[str, Any]) -> None:
    key, note = parse_vkey(index()["log"]), case["note"].encode()
    if case["ok"]:
        assert open_checkpoint(note, key).size == case["size"]
        return
    with pytest.raises(NoteInvalid):
        open_checkpoint(note, key)


@pytest.mark.parametrize("case", cases("cosignatures"), ids=lambda case: case["name"])
def test_cosignatures(case: dict[str, Any]) -> None:
    log, witnesses = parse_vkey(index()["log"]), [parse_vkey(key) for key in index()["witnesses"]]
    note = case["note"].encode()
    if case["ok"]:
        text, signers = open_note(note, [log, *witnesses])
        assert parse_checkpoint(text).size == 257
        assert [key.name for key in signers] == [log.name, *case["cosigned"]]
        return
    open_note(note, [log])
    with pytest.raises(NoteInvalid):
        open_note(note, [log, *witnesses])


@pytest.mark.parametrize("case", cases("policies"), ids=lambda case: case["name"])
def test_policies(case: dict[str, Any]) -> None:
    policy, note = (
        parse_policy(case["policy"].encode()),
        parse_note_unverified(case["note"].encode()),
    )
    assert [log.key for log in policy.logs] == [parse_vkey(index()["log"])]
    found = cosignatures(note, policy.keys)
    assert policy.holds([one.key for one in found]) == case["ok"]


@pytest.mark.parametrize("case", cases("ranges"), ids=lambda case: case["name"])
def test_ranges(case: dict[str, Any]) -> None:
    def check() -> None:
        proof = parse_range_proof(case["proof"].encode())
        if (proof.first, proof.end, proof.size) != (case["first"], case["end"], case["size"]):
            raise ProofInvalid("for another run")
        if range_root(proof, [leaf_hash(raw(one)) for one in case["entries"]]) != raw(case["root"]):
            raise ProofInvalid("another root")

    if case["ok"]:
        check()
        return
    with pytest.raises(ProofInvalid):
        check()


@pytest.mark.parametrize("case", cases("proofs"), ids=lambda case: case["name"])
def test_proofs(case: dict[str, Any]) -> None:
    key, entry = parse_vkey(index()["log"]), raw(case["entry"])
    if case["ok"]:
        verify_proof(parse_proof(case["proof"].encode()), entry, key)
        return
    with pytest.raises(ProofInvalid):
        verify_proof(parse_proof(case["proof"].encode()), entry, key)


def check_log(log: Path, size: int) -> None:
    """Hold every entry and every tile of a log against its checkpoint."""
    source = DirectorySource(log)
    checkpoint = open_checkpoint((log / "checkpoint").read_bytes(), parse_vkey(index()["log"]))
    if checkpoint.size != size:
        raise TileInvalid("a checkpoint of another size")
    frontier = Frontier()
    for number, width in bundles_of(size):
        for entry in read_bundle(source, number, width):
            frontier.append(leaf_hash(entry))
    if frontier.root() != checkpoint.root:
        raise TileInvalid("another root")
    check_tiles(source, size)


def check_tiles(source: DirectorySource, size: int) -> None:
    """Hold every tile against the entries, or the tiles, below it."""
    row = [leaf_hash(entry) for b in bundles_of(size) for entry in read_bundle(source, *b)]
    for level, number, width in tiles_of(size):
        if number == 0 and level:
            row = [root_of(row[at : at + 256]) for at in range(0, len(row) - 255, 256)]
        wanted = b"".join(row[number * 256 : number * 256 + width])
        if read_tile(source, level, number, width) != wanted:
            raise TileInvalid("a tile that is not of what is below it")


@pytest.mark.parametrize("size", index()["whole"])
def test_whole_logs(size: int, tmp_path: Path) -> None:
    check_log(log_at(size, tmp_path / "log"), size)


@pytest.mark.parametrize("case", cases("broken"), ids=lambda case: case["name"])
def test_broken_logs(case: dict[str, Any], tmp_path: Path) -> None:
    log = log_at(case["size"], tmp_path / "log", case["change"])
    with pytest.raises(WatchkeeperError):
        check_log(log, case["size"])


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537])
def test_proofs_out_of_the_tiles_of_a_big_log(size: int, tmp_path: Path) -> None:
    node_at = nodes_from_tiles(size, tile_reader(DirectorySource(log_at(size, tmp_path / "log"))))
    for case in cases("inclusion"):
        if case["ok"] and case["size"] == size:
            assert inclusion_proof(case["index"], size, node_at) == hashes(case)
    for case in cases("consistency"):
        if case["ok"] and case["new"] == size and case["old"] in {1, 256, 257, 65_535, 65_536}:
            assert consistency_proof(case["old"], size, node_at) == hashes(case)


def read_plan_verdict(case: dict[str, Any]) -> PlanVerdictRecord:
    """Read a record, and hold what its person signed against what it says."""
    record = open_envelope(raw(case["envelope"]), keyed(case["key"]))
    said: PlanVerdictRecord = record.predicate
    if (record.kind, record.digest) != (Kind(case["kind"]), said.plan):
        raise RecordInvalid("its subject is not its plan")
    command = open_command(said.signature, keyed(case["person"]))
    body: dict[str, Any] = {"plan": said.plan, "reason": said.reason}
    if said.answer is Answer.WITHDRAW:
        assert said.withdraws is not None
        body["verdict"] = {"shard": said.withdraws.shard, "index": said.withdraws.index}
    else:
        body |= {"previous": said.previous, "role": said.role, "excepts": list(said.excepts)}
    signed = (command.person, command.verb, dict(command.body))
    if signed != (said.by, f"{said.answer.value}-plan", body):
        raise CommandInvalid("its person signed something else")
    return said


def keyed(text: str) -> dict[str, bytes]:
    return {hashlib.sha256(raw(text)).hexdigest(): raw(text)}


@pytest.mark.parametrize("case", cases("records"), ids=lambda case: case["name"])
def test_records(case: dict[str, Any]) -> None:
    if case["ok"]:
        assert read_plan_verdict(case).answer.value in case["name"]
        return
    with pytest.raises(WatchkeeperError):
        read_plan_verdict(case)
