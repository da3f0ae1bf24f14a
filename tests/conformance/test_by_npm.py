"""Our records, checked by npm's @sigstore/verify; what was tampered with, refused by it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conformance.conftest import Published
from tests.worlds import needs

FOLDER = Path(__file__).parent / "npm"


@pytest.fixture(scope="module")
def node() -> str:
    """Node, with the package installed by `make others`."""
    found = needs.program("node")
    needs.file(str(FOLDER / "node_modules/@sigstore/verify"))
    return found


def verify(
    node: str, published: Published, *prefixes: Path, vkey: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [node, FOLDER / "verify.cjs", vkey or published.vkey, published.records, *prefixes]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def test_every_record(node: str, published: Published, tmp_path: Path) -> None:
    for index in range(published.size):
        published.hand_out(index, tmp_path)
    done = verify(node, published, *(tmp_path / str(index) for index in range(published.size)))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == published.size
    assert f"record 7 of {published.size} holds" in done.stdout


def test_what_was_tampered_with(node: str, published: Published, tmp_path: Path) -> None:
    proof, entry = published.hand_out(5, tmp_path)
    good = proof.read_bytes(), entry.read_bytes()
    other = published.hand_out(6, tmp_path)
    head, checkpoint = good[0].split(b"\n\n", 1)
    bad = {
        "another record": (good[0], other[1].read_bytes()),
        "the record changed": (good[0], good[1].replace(b"Z", b"Y", 1)),
        "another index": (good[0].replace(b"index 5", b"index 4"), good[1]),
        "a hash less": (head.rpartition(b"\n")[0] + b"\n\n" + checkpoint, good[1]),
        "another proof": (other[0].read_bytes().replace(b"index 6", b"index 5"), good[1]),
        "another origin": (good[0].replace(b"acme.example", b"acne.example"), good[1]),
        "another size": (published.of_another_size(good[0]), good[1]),
    }
    for what, (proof_bytes, entry_bytes) in bad.items():
        proof.write_bytes(proof_bytes)
        entry.write_bytes(entry_bytes)
        done = verify(node, published, tmp_path / "5")
        assert (done.returncode, done.stdout) == (1, ""), what
        assert done.stderr.startswith("refused"), what
    proof.write_bytes(good[0])
    entry.write_bytes(good[1])
    assert verify(node, published, tmp_path / "5").returncode == 0


def test_an_envelope_signed_by_somebody_else(
    node: str, published: Published, tmp_path: Path
) -> None:
    proof, entry = published.hand_out(5, tmp_path)
    envelope = json.loads(entry.read_bytes())
    other = json.loads(published.entries()[6])
    envelope["signatures"] = other["signatures"]
    entry.write_text(json.dumps(envelope))
    script = (
        "const {DSSESignatureContent: C} = require('@sigstore/verify/dist/bundle/dsse.js');"
        "const fs = require('node:fs'), key = require('node:crypto').createPublicKey("
        "fs.readFileSync(process.argv[1], 'utf8').replace(/^[^-]*/, ''));"
        "const e = JSON.parse(fs.readFileSync(process.argv[2]));"
        "const b = (t) => Buffer.from(t, 'base64');"
        "process.stdout.write(String(new C({payloadType: e.payloadType, payload: b(e.payload),"
        "signatures: e.signatures.map(({sig}) => ({sig: b(sig)}))}).verifySignature(key)));"
    )
    command = [node, "-e", script, str(published.records), str(entry)]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.stdout == "false", done.stderr
    entry.write_bytes(published.entries()[5])
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.stdout == "true", done.stderr
    assert proof.exists()


def test_a_key_of_another_log(node: str, published: Published, tmp_path: Path) -> None:
    published.hand_out(5, tmp_path)
    name, keyid, blob = published.vkey.read_text().split("+", 2)
    other = tmp_path / "other.vkey"
    other.write_text(f"{name}+{'0' * len(keyid)}+{blob}")
    assert verify(node, published, tmp_path / "5", vkey=other).returncode == 1


def test_the_lock_names_no_place_and_pins_every_byte() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert "node_modules/@sigstore/verify" in packages
    for name, one in packages.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name
