from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.adapters.keys import FileSigner
from watchkeeper.errors import NoteInvalid
from watchkeeper.ledger.checkpoint import Checkpoint, log_key, open_checkpoint, sign_checkpoint
from watchkeeper.ledger.note import (
    Note,
    NoteSignature,
    VerifierKey,
    open_note,
    parse_note_unverified,
    render_signature,
)
from watchkeeper.ledger.witness.cosignature import (
    cosign,
    cosignatures,
    parse_answer,
    with_cosignatures,
    witness_key,
)

LOG = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
SIGNER = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
RAW = sign_checkpoint(Checkpoint("log.example/0", 7, bytes(32)), LOG)
TEXT = parse_note_unverified(RAW).text
KEY = witness_key("w.example", SIGNER.public_key)
OTHER = witness_key("other.example", LOG.public_key)


def answered(*lines: NoteSignature) -> bytes:
    return "".join(f"{render_signature(line)}\n" for line in lines).encode()


def test_what_is_signed_verifies_as_a_note_and_keeps_its_time() -> None:
    cosigned = with_cosignatures(RAW, [cosign(TEXT, "w.example", SIGNER, 1_795_000_000)])
    _, signers = open_note(cosigned, [KEY])
    assert signers == (KEY,)
    (found,) = cosignatures(parse_note_unverified(cosigned), [KEY, OTHER])
    assert (found.key, found.at) == (KEY, 1_795_000_000)
    key = log_key("log.example/0", LOG.public_key)
    assert open_checkpoint(cosigned, key).size == 7
    assert cosigned.startswith(RAW)


def test_the_line_of_the_specification_is_parsed() -> None:
    """The example of C2SP tlog-cosignature: its form and its time."""
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
        "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    )
    note = parse_note_unverified(f"example.com/behind-the-sofa\n\n{line}\n".encode())
    assert int.from_bytes(note.signatures[0].blob[:8], "big") == 1679315147


def test_an_answer_with_unknown_lines_around_ours() -> None:
    ours, theirs = cosign(TEXT, "w.example", SIGNER, 5), cosign(TEXT, "other.example", LOG, 6)
    assert parse_answer(answered(theirs, ours, theirs), TEXT, KEY).at == 5


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"ok\n",
        answered(cosign(TEXT, "other.example", LOG, 6)),
        answered(cosign(TEXT.replace("7", "8"), "w.example", SIGNER, 5)),
        answered(cosign(TEXT, "w.example", SIGNER, 5))[:-1],
        answered(cosign(TEXT, "w.example", SIGNER, 1 << 63)),
        answered(*[cosign(TEXT, "w.example", SIGNER, 5)] * 200),
        b"\xff\xff\n",
        b"\xe2\x80\x94 w.example " + b"A" * (1 << 17) + b"\n",
    ],
)
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    with pytest.raises(NoteInvalid):
        parse_answer(raw, TEXT, KEY)


def test_a_bad_line_of_a_known_witness_refuses_the_note() -> None:
    note = parse_note_unverified(RAW)
    bad = NoteSignature(KEY.name, KEY.keyid, bytes(72))
    with pytest.raises(NoteInvalid, match="does not verify"):
        cosignatures(Note(note.text, (*note.signatures, bad)), [KEY])


def test_a_newer_line_replaces_the_one_before() -> None:
    first = with_cosignatures(RAW, [cosign(TEXT, "w.example", SIGNER, 5)])
    again = with_cosignatures(first, [cosign(TEXT, "w.example", SIGNER, 9)])
    assert [c.at for c in cosignatures(parse_note_unverified(again), [KEY])] == [9]
    assert len(parse_note_unverified(again).signatures) == 2


def test_the_log_key_is_no_witness() -> None:
    """A log that signs twice has no witness, even if its key is named as one by its type."""
    log = VerifierKey("log.example/0", 1, LOG.public_key)
    assert cosignatures(parse_note_unverified(RAW), [log]) == ()


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_refused(raw: bytes) -> None:
    with pytest.raises(NoteInvalid):
        parse_answer(raw, TEXT, KEY)
