"""Our own vectors for tile logs, held against verifiers made by others: they agree with each."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from tests.conformance.tlogcheck import run
from tests.worlds import needs
from tests.worlds.tile_vectors import FOLDER, cases, hashes, index, log_at, raw

GO_TAKES = {"two-of-one-key"}
"""Go keeps the first signature of each key and never looks at a second one."""
GO_REFUSES = {0}
"""The version that Debian has knows no root of an empty log."""
AICS_TAKES = {"no-newline", "5-tile-long", "257-tile-long"}
"""It adds the last newline of a note, and reads no further in a tile than it must."""


@pytest.fixture(scope="module")
def aics() -> Any:
    needs.module("aics_tlog")
    import aics_tlog

    return aics_tlog


def accepted(act: Any) -> bool:
    """Tell what a verifier says that answers either with false or with a ValueError."""
    try:
        return bool(act())
    except ValueError:
        return False


def test_inclusion_by_aics(aics: Any) -> None:
    for case in cases("inclusion"):
        said = case["index"], case["size"], raw(case["leafHash"]), hashes(case), raw(case["root"])
        number, size, leaf, proof, root = said
        found = accepted(lambda: aics.verify_inclusion(leaf, number, size, proof, root))  # noqa: B023
        assert found == case["ok"], case["name"]


def test_consistency_by_aics(aics: Any) -> None:
    for case in cases("consistency"):
        said = case["old"], case["new"], raw(case["oldRoot"]), raw(case["newRoot"]), hashes(case)
        found = accepted(lambda: aics.verify_consistency(*said))  # noqa: B023
        assert found == case["ok"], case["name"]


def opened(aics: Any, note: str, witnesses: int = 0, quorum: int = 0) -> Any:
    log = aics.parse_vkey(index()["log"])
    keys = [aics.parse_vkey(key) for key in index()["witnesses"][:witnesses]]
    parsed = aics.parse_note(note.encode())
    return aics.verify_checkpoint(parsed, log, keys, quorum=quorum, expected_origin=log.name)


def test_notes_by_aics(aics: Any) -> None:
    for case in cases("notes"):
        found = accepted(lambda: opened(aics, case["note"]).ok)  # noqa: B023
        assert found == (case["ok"] or case["name"] in AICS_TAKES), case["name"]


def test_cosignatures_by_aics(aics: Any) -> None:
    for case in cases("cosignatures"):
        found = opened(aics, case["note"], witnesses=3)
        assert found.ok == case["ok"], case["name"]
        assert not case["ok"] or found.witnesses == case["cosigned"]


def test_quorums_by_aics(aics: Any) -> None:
    """What a count among all three witnesses can say, it says as our vectors do."""
    counts = {"none": 0, "any": 1, "two-of-three": 2, "all": 3}
    seen = 0
    for case in cases("policies"):
        name = case["name"].partition("-by-")[0]
        if name in counts:
            seen += 1
            found = opened(aics, case["note"], witnesses=3, quorum=counts[name])
            assert found.ok == case["ok"], case["name"]
    assert seen == 32


def test_whole_and_broken_logs_by_aics(aics: Any, tmp_path: Path) -> None:
    given: list[tuple[str, int, Any, bool]] = [(str(n), n, None, True) for n in index()["whole"]]
    given += [(case["name"], case["size"], case["change"], False) for case in cases("broken")]
    for name, size, change, ok in given:
        log = log_at(size, tmp_path / name, change)
        note = (log / "checkpoint").read_text()
        root = raw(note.split("\n")[2])
        reader = aics.FileSystemTileReader(log)
        try:
            aics.audit_tiles(reader, size, root)
            found = opened(aics, note).size == size
        except (aics.TileVerificationError, aics.TileMissingError, ValueError):
            found = False
        assert found == (ok or name in AICS_TAKES), name


def test_whole_and_broken_logs_by_go(tlogcheck: str, tmp_path: Path) -> None:
    for size in index()["whole"]:
        log = log_at(size, tmp_path / str(size))
        older = [log / f"checkpoint.{old}" for old in index()["sizes"] if 0 < old <= size]
        for one in older:
            done = run(tlogcheck, "log", log, log / "log.vkey", one)
            assert f"log of {size} entries holds" in done.stdout, done.stderr
        if size in GO_REFUSES:
            assert run(tlogcheck, "log", log, log / "log.vkey").returncode == 1
    for case in cases("broken"):
        log = log_at(case["size"], tmp_path / case["name"], case["change"])
        done = run(tlogcheck, "log", log, log / "log.vkey")
        assert f"log of {case['size']} entries holds" not in done.stdout, case["name"]


def test_proofs_and_notes_by_go(tlogcheck: str, tmp_path: Path) -> None:
    vkey, proof, entry = (tmp_path / name for name in ("log.vkey", "proof", "entry"))
    vkey.write_text(index()["log"])
    for case in cases("proofs"):
        proof.write_text(case["proof"])
        entry.write_bytes(raw(case["entry"]))
        done = run(tlogcheck, "proof", vkey, proof, entry)
        assert done.returncode == (0 if case["ok"] else 1), case["name"]
    for case in cases("notes"):
        proof.write_text(case["note"], newline="")
        done = run(tlogcheck, "checkpoint", vkey, proof)
        ok = case["ok"] or case["name"] in GO_TAKES
        assert done.returncode == (0 if ok else 1), case["name"]


def test_inclusion_by_sigstore_in_javascript(tmp_path: Path) -> None:
    node, folder = needs.program("node"), FOLDER.parent / "npm"
    needs.file(str(folder / "node_modules/@sigstore/verify"))
    script = (
        "const {verifyMerkleInclusion: v} ="
        " require('@sigstore/verify/dist/tlog/merkle.js');"
        "const b = (t) => Buffer.from(t, 'base64');"
        "const found = JSON.parse(require('node:fs').readFileSync(process.argv[1])).map((c) => {"
        " try { v({inclusionProof: {logIndex: String(c.index), hashes: c.hashes.map(b)},"
        " canonicalizedBody: b(c.entry)}, {logSize: BigInt(c.size), logHash: b(c.root)});"
        " return true; } catch (e) { if (!e.code) throw e; return false; } });"
        "process.stdout.write(JSON.stringify(found));"
    )
    # It takes an entry, not a leaf's hash: a leaf of another entry is left out.
    wanted = [case for case in cases("inclusion") if not case["name"].endswith("-leaf")]
    for case in wanted:
        case["entry"] = base64.b64encode(_entry_of(case)).decode()
    given = tmp_path / "cases.json"
    given.write_text(json.dumps(wanted))
    command = [node, "-e", script, str(given)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [c["name"] for c, ok in zip(wanted, found, strict=True) if c["ok"] != ok] == []


def _entry_of(case: dict[str, Any]) -> bytes:
    """The entry that the proof is for, also where the case claims another index for it."""
    return case["name"].partition("-")[0].encode() if case["size"] else b"0"


def test_envelopes_of_records_by_securesystemslib() -> None:
    refused = []
    for case in cases("records"):
        key = Ed25519PublicKey.from_public_bytes(raw(case["key"]))
        envelope = Envelope.from_dict(json.loads(raw(case["envelope"])))
        signer = SSlibKey.from_crypto(key, next(iter(envelope.signatures)))
        try:
            envelope.verify([signer], 1)
        except VerificationError:
            refused.append(case["name"])
    # All else that is wrong stands inside what the home signed.
    assert refused == ["signature-of-another"]
