from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchkeeper.adapters.keys import FileSigner
from watchkeeper.errors import NoteInvalid, ProofInvalid
from watchkeeper.ledger.checkpoint import (
    Checkpoint,
    log_key,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from watchkeeper.ledger.merkle import leaf_hash, root_of
from watchkeeper.ledger.note import COSIGNATURE, VerifierKey, open_note, parse_vkey, sign_note
from watchkeeper.ledger.proof import TlogProof, parse_proof, render_proof, verify_proof

SIGNER = FileSigner(Ed25519PrivateKey.generate())
ORIGIN = "acme.example/refunds/0"
KEY = log_key(ORIGIN, SIGNER.public_key)
CHECKPOINT = Checkpoint(ORIGIN, 2, root_of([leaf_hash(b"a"), leaf_hash(b"b")]))


def cosigned(note: bytes, time: int, name: str = "witness.example") -> tuple[bytes, VerifierKey]:
    witness = FileSigner(Ed25519PrivateKey.generate())
    key = VerifierKey(name, COSIGNATURE, witness.public_key)
    text = note.rpartition(b"\n\n")[0] + b"\n"
    sig = witness.sign(b"cosignature/v1\ntime %d\n" % time + text)
    blob = base64.b64encode(key.keyid + time.to_bytes(8, "big") + sig).decode()
    return note + f"— {name} {blob}\n".encode(), key


def test_round_trip_and_vkey() -> None:
    assert open_checkpoint(sign_checkpoint(CHECKPOINT, SIGNER), KEY) == CHECKPOINT
    assert parse_vkey(str(KEY)) == KEY


def test_a_witness_cosignature() -> None:
    note, witness = cosigned(sign_checkpoint(CHECKPOINT, SIGNER), 1_795_000_000)
    assert open_checkpoint(note, KEY) == CHECKPOINT  # an unknown key is ignored
    _, signers = open_note(note, [KEY, witness])
    assert signers == (KEY, witness)
    text, signature = note.rsplit(b" ", 1)
    blob = bytearray(base64.b64decode(signature))
    blob[8] ^= 1  # the time
    with pytest.raises(NoteInvalid, match="does not verify"):
        open_note(text + b" " + base64.b64encode(blob) + b"\n", [KEY, witness])


def test_another_origin_is_refused() -> None:
    raw = sign_checkpoint(Checkpoint("other.example/0", 2, CHECKPOINT.root), SIGNER)
    with pytest.raises(NoteInvalid):
        open_checkpoint(raw, KEY)
    with pytest.raises(NoteInvalid, match="another log"):
        open_checkpoint(raw, log_key("other.example/0", SIGNER.public_key), origin=ORIGIN)


def test_not_signed_by_the_key() -> None:
    other = FileSigner(Ed25519PrivateKey.generate())
    with pytest.raises(NoteInvalid, match="not signed by the expected key"):
        open_checkpoint(sign_checkpoint(CHECKPOINT, other), KEY)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u2003b"])
def test_names_that_no_key_has(name: str) -> None:
    with pytest.raises(NoteInvalid):
        sign_note("text\n", name, SIGNER)


@pytest.mark.parametrize("text", ["no newline", "bell\x07\n", "tab\t\n", ""])
def test_texts_that_no_note_has(text: str) -> None:
    with pytest.raises(NoteInvalid):
        sign_note(text, ORIGIN, SIGNER)


def test_the_last_empty_line_parts_text_and_signatures() -> None:
    text, _ = open_note(sign_note("one\n\ntwo\n", ORIGIN, SIGNER), [KEY])
    assert text == "one\n\ntwo\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
        "a\n1\n\n",
    ],
)
def test_texts_that_are_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteInvalid):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "text",
    ["", "a+b", "a+00000000+AQ==", str(KEY)[:-4], "x" + str(KEY)],
    ids=["empty", "no key", "short", "cut", "another name"],
)
def test_texts_that_are_no_key(text: str) -> None:
    with pytest.raises(NoteInvalid):
        parse_vkey(text)


def test_proof_files() -> None:
    proof = TlogProof(1, (leaf_hash(b"a"),), sign_checkpoint(CHECKPOINT, SIGNER), b"more")
    assert parse_proof(render_proof(proof)) == proof
    assert verify_proof(proof, b"b", KEY) == CHECKPOINT
    with pytest.raises(ProofInvalid):
        verify_proof(proof, b"a", KEY)
    other = log_key("other.example/0", SIGNER.public_key)
    with pytest.raises(ProofInvalid, match="checkpoint of the proof"):
        verify_proof(proof, b"b", other)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v2\nindex 1\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        b"c2sp.org/tlog-proof@v1\nextra ?\nindex 1\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 1\n"
        + b"A" * 43
        + b"="
        + (b"\n" + b"A" * 43 + b"=") * 63
        + b"\n\n",
    ],
)
def test_what_is_no_proof_file(raw: bytes) -> None:
    with pytest.raises(ProofInvalid):
        parse_proof(raw)
