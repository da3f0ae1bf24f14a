"""Our log, checked by code that we did not write; and what we tampered with, refused by it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace

import pymerkle
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError as DsseError
from securesystemslib.signer import SSlibKey
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedNote
from sigstore.errors import VerificationError

from tests.worlds.homes import Story
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.verify.handout import hand_out
from watchkeeper.verify.source import DirectorySource, read_bundle


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    story = Story(tmp_path_factory.mktemp("verifiers") / "home")
    story.reopen()
    story.day()
    story.log.close()
    return story.path / "log"


def entries_of(log: Path) -> list[bytes]:
    size = parse_checkpoint_unverified((log / "checkpoint").read_bytes())[0].size
    return read_bundle(DirectorySource(log), 0, size)


def record_key(log: Path) -> SSlibKey:
    keyid, pem = (log / "records.pem").read_text().split("\n", 1)
    return SSlibKey.from_crypto(load_pem_public_key(pem.encode()), keyid=keyid)


def test_envelopes_by_securesystemslib(log: Path) -> None:
    key = record_key(log)
    for entry in entries_of(log):
        envelope = Envelope.from_dict(json.loads(entry))
        assert envelope.verify([key], 1) == {key.keyid: key}
        statement = json.loads(envelope.payload)
        assert statement["_type"] == "https://in-toto.io/Statement/v1"
        envelope.payload = envelope.payload.replace(b"2026", b"2027", 1)
        with pytest.raises(DsseError):
            envelope.verify([key], 1)


def test_root_by_pymerkle(log: Path) -> None:
    entries = entries_of(log)
    checkpoint, _ = parse_checkpoint_unverified((log / "checkpoint").read_bytes())
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    assert tree.get_root() == checkpoint.root
    tree.append_entry(b"one more")
    assert tree.get_root() != checkpoint.root


def test_inclusion_by_sigstore(log: Path) -> None:
    source = DirectorySource(log)
    for index in range(len(entries_of(log))):
        found = hand_out(source, index)
        checkpoint, _ = parse_checkpoint_unverified(found.proof.checkpoint)
        inclusion = SimpleNamespace(
            log_index=index,
            tree_size=checkpoint.size,
            hashes=list(found.proof.hashes),
            root_hash=checkpoint.root,
        )
        inner = SimpleNamespace(inclusion_proof=inclusion, canonicalized_body=found.entry)
        verify_merkle_inclusion(SimpleNamespace(_inner=inner))  # type: ignore[arg-type]
        inner.canonicalized_body = found.entry + b" "
        with pytest.raises(VerificationError):
            verify_merkle_inclusion(SimpleNamespace(_inner=inner))  # type: ignore[arg-type]


def test_checkpoint_by_sigstore_and_cryptography(log: Path) -> None:
    raw = (log / "checkpoint").read_text()
    note = SignedNote.from_text(raw)
    [signature] = note.signatures
    name, keyid, blob = (log / "log.vkey").read_text().strip().split("+", 2)
    assert signature.name == name
    assert signature.sig_hash.hex() == keyid
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(blob)[1:])
    text = raw.rpartition("\n\n")[0] + "\n"
    key.verify(base64.b64decode(signature.signature), text.encode())
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature.signature), text.replace("\n1", "\n2").encode())
