"""Our log, checked by code that we did not write; and what we tampered with, refused by it."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import pymerkle
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError as DsseError
from securesystemslib.signer import SSlibKey
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedNote
from sigstore.errors import VerificationError

from tests.conformance.conftest import Published
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.verify.handout import hand_out
from watchkeeper.verify.source import DirectorySource


def record_key(log: Published) -> SSlibKey:
    keyid, pem = log.records.read_text().split("\n", 1)
    return SSlibKey.from_crypto(load_pem_public_key(pem.encode()), keyid=keyid)


def test_envelopes_by_securesystemslib(published: Published) -> None:
    key = record_key(published)
    for entry in published.entries():
        envelope = Envelope.from_dict(json.loads(entry))
        assert envelope.verify([key], 1) == {key.keyid: key}
        statement = json.loads(envelope.payload)
        assert statement["_type"] == "https://in-toto.io/Statement/v1"
        envelope.payload = envelope.payload.replace(b"2026", b"2027", 1)
        with pytest.raises(DsseError):
            envelope.verify([key], 1)


def test_statements_by_in_toto(published: Published) -> None:
    for entry in published.entries():
        raw = Envelope.from_dict(json.loads(entry)).payload
        parsed = json_format.Parse(raw, statement_pb2.Statement())
        statement = Statement.copy_from_pb(parsed)
        statement.validate()
        assert statement.pb.predicate_type.startswith("urn:x-watchkeeper:")
        assert json.loads(json_format.MessageToJson(parsed)) == json.loads(raw)
        del statement.pb.subject[0].digest["sha256"]
        with pytest.raises(ValueError, match="digest"):
            statement.validate()
        with pytest.raises(json_format.ParseError):
            json_format.Parse(raw.replace(b'"subject"', b'"object"'), statement_pb2.Statement())


def test_root_by_pymerkle(published: Published) -> None:
    entries = published.entries()
    checkpoint, _ = parse_checkpoint_unverified((published.path / "checkpoint").read_bytes())
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    assert tree.get_root() == checkpoint.root
    tree.append_entry(b"one more")
    assert tree.get_root() != checkpoint.root


def test_inclusion_by_sigstore(published: Published) -> None:
    source = DirectorySource(published.path)
    for index in range(len(published.entries())):
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


def test_checkpoint_by_sigstore_and_cryptography(published: Published) -> None:
    raw = (published.path / "checkpoint").read_text()
    note = SignedNote.from_text(raw)
    [signature] = note.signatures
    name, keyid, blob = published.vkey.read_text().strip().split("+", 2)
    assert signature.name == name
    assert signature.sig_hash.hex() == keyid
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(blob)[1:])
    text = raw.rpartition("\n\n")[0] + "\n"
    key.verify(base64.b64decode(signature.signature), text.encode())
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature.signature), text.replace("\n", "\n1", 1).encode())
