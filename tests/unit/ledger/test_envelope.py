from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.worlds.homes import START
from watchkeeper.adapters.keys import FileSigner
from watchkeeper.errors import CommandInvalid, EnvelopeInvalid, RecordInvalid
from watchkeeper.ledger.canonical import canonical
from watchkeeper.ledger.envelope import (
    open_command,
    open_envelope,
    pae,
    parse_envelope_unverified,
    seal,
    seal_command,
)
from watchkeeper.ledger.signature import decode_base64, keyid_of, keyring, verifies
from watchkeeper.records.action import Reason, VoidRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import COMMAND_TYPE, Command, Signature
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record

SIGNER = FileSigner(Ed25519PrivateKey.generate())
KEYS = {SIGNER.keyid: SIGNER.public_key}
RECORD = Record(Kind.VOID, "action", "a" * 64, VoidRecord(START, "é", Ref(0, 3), Reason.EXPIRED))
COMMAND = Command("acme/0", "anna", "stop", "0" * 32, START, {"why": "é"})


def test_pae_counts_bytes() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("é", "é".encode()) == "DSSEv1 2 é 2 é".encode()


def test_round_trip() -> None:
    assert open_envelope(seal(RECORD, SIGNER), KEYS) == RECORD


def test_the_envelope_is_canonical_json() -> None:
    raw = seal(RECORD, SIGNER)
    assert canonical(json.loads(raw)) == raw
    assert parse_envelope_unverified(raw).keyid == SIGNER.keyid


def test_every_changed_byte_is_refused() -> None:
    raw = seal(RECORD, SIGNER)
    for at in range(len(raw)):
        with pytest.raises((EnvelopeInvalid, RecordInvalid)):
            open_envelope(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], KEYS)


def test_every_cut_is_refused() -> None:
    raw = seal(RECORD, SIGNER)
    for at in range(len(raw)):
        with pytest.raises(EnvelopeInvalid):
            open_envelope(raw[:at], KEYS)
    with pytest.raises(EnvelopeInvalid):
        open_envelope(raw + b"\n", KEYS)


def test_an_unknown_key_is_refused() -> None:
    other = FileSigner(Ed25519PrivateKey.generate())
    with pytest.raises(EnvelopeInvalid, match="not known"):
        open_envelope(seal(RECORD, SIGNER), {other.keyid: other.public_key})
    with pytest.raises(EnvelopeInvalid, match="does not verify"):
        open_envelope(seal(RECORD, SIGNER), {SIGNER.keyid: other.public_key})


def test_a_lone_surrogate_is_refused() -> None:
    bad = replace(RECORD, predicate=replace(RECORD.predicate, action_id="\ud800"))
    with pytest.raises(RecordInvalid):
        seal(bad, SIGNER)


def test_commands() -> None:
    assert open_command(seal_command(COMMAND, SIGNER), KEYS) == COMMAND


def signed(value: Any) -> Signature:
    payload = value if isinstance(value, bytes) else canonical(value)
    sig = SIGNER.sign(pae(COMMAND_TYPE, payload))
    return Signature(
        base64.b64encode(payload).decode(), SIGNER.keyid, base64.b64encode(sig).decode()
    )


def test_commands_with_surprises_are_refused() -> None:
    good = json.loads(base64.b64decode(seal_command(COMMAND, SIGNER).payload))
    assert open_command(signed(good), KEYS) == COMMAND
    for bad in (
        {**good, "extra": 1},
        {**good, "body": []},
        {**good, "nonce": "0" * 31},
        {**good, "nonce": "X" * 32},
        {**good, "at": "now"},
        {k: v for k, v in good.items() if k != "verb"},
        json.dumps(good).encode(),
        b"[]",
        b"\xff",
    ):
        with pytest.raises(CommandInvalid):
            open_command(signed(bad), KEYS)


def test_forged_commands_are_refused() -> None:
    real = seal_command(COMMAND, SIGNER)
    for forged in (
        replace(real, payload=base64.b64encode(b"{}").decode()),
        replace(real, payload=real.payload + "\n"),
        replace(real, keyid="0" * 64),
        replace(real, sig=real.sig[:-4] + "/w=="),
        replace(real, sig="?"),
    ):
        with pytest.raises(CommandInvalid):
            open_command(forged, KEYS)


def test_keys_and_signatures() -> None:
    assert keyring([SIGNER.public_key]) == {keyid_of(SIGNER.public_key): SIGNER.public_key}
    assert verifies(SIGNER.public_key, b"m", SIGNER.sign(b"m"))
    assert not verifies(SIGNER.public_key, b"n", SIGNER.sign(b"m"))
    assert not verifies(b"short", b"m", SIGNER.sign(b"m"))
    assert not verifies(SIGNER.public_key, b"m", b"short")


@pytest.mark.parametrize("text", ["QR==", "QQ", "QQ==\n", " QQ==", "====", "Q", 5, None, "é"])
def test_base64_has_one_spelling(text: object) -> None:
    assert decode_base64(text) is None
    assert decode_base64("QQ==") == b"A"
    assert decode_base64("") == b""
