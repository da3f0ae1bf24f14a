"""The signed envelope around a record, and around what a person asks for (DSSE v1).

The envelope's bytes, exactly as written, are the log entry; there is one signature, and one
spelling of each envelope.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import CommandInvalid, EnvelopeInvalid, RecordInvalid, cut
from watchkeeper.ledger.assertion import PasskeyKey, challenge_of, check_assertion
from watchkeeper.ledger.canonical import (
    canonical,
    parse_canonical,
    parse_json,
    parse_json_unverified,
    render_checked,
)
from watchkeeper.ledger.pae import pae
from watchkeeper.ledger.signature import SIGNATURE_BYTES, decode_base64, verifies
from watchkeeper.ports import Signer
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.people import COMMAND_TYPE, Command, Signature
from watchkeeper.records.statement import Record, parse_statement, statement_of

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_HEX = frozenset(b"0123456789abcdef")
_HEAD = b'{"payload":"'
_MIDDLE = b'","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"'
_BEFORE_SIG = b'","sig":"'
_END = b'"}]}'
_KEYID_CHARS, _SIG_CHARS = 64, 88
_TAIL = len(_MIDDLE) + _KEYID_CHARS + len(_BEFORE_SIG) + _SIG_CHARS + len(_END)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope whose signature nobody has looked at yet."""

    statement: bytes
    keyid: str
    signature: bytes


def seal(record: Record, signer: Signer) -> bytes:
    """Return the record's envelope, signed: the bytes that become the log entry.

    Raises:
        RecordInvalid: the record holds what no record may hold.
    """
    statement = render_checked(statement_of(record))
    signature = signer.sign(pae(PAYLOAD_TYPE, statement))
    return (
        b'{"payload":"%b","payloadType":"application/vnd.in-toto+json",'
        b'"signatures":[{"keyid":"%b","sig":"%b"}]}'
        % (base64.b64encode(statement), signer.keyid.encode(), base64.b64encode(signature))
    )


def parse_envelope_unverified(raw: bytes) -> Envelope:
    """Parse an envelope without looking at its signature or at what it holds.

    Raises:
        EnvelopeInvalid: not exactly the envelope that `seal` writes.
    """
    middle = len(raw) - _TAIL
    at = middle + len(_MIDDLE)
    keyid = raw[at : at + _KEYID_CHARS]
    sig = raw[-len(_END) - _SIG_CHARS : -len(_END)]
    if raw != b"".join((_HEAD, raw[len(_HEAD) : middle], _MIDDLE, keyid, _BEFORE_SIG, sig, _END)):
        raise EnvelopeInvalid(f"not an envelope of a record with one signature: {cut(raw)}")
    statement, signature = decode_base64(raw[len(_HEAD) : middle]), decode_base64(sig)
    if statement is None or signature is None or len(signature) != SIGNATURE_BYTES:
        raise EnvelopeInvalid(f"payload or signature that is not base64: {cut(raw)}")
    if not _HEX.issuperset(keyid):
        raise EnvelopeInvalid(f"not a key id: {cut(keyid)}")
    return Envelope(statement, keyid.decode(), signature)


def check_signature(envelope: Envelope, keys: Mapping[str, bytes]) -> None:
    """Refuse an envelope that none of `keys` (key id to raw public key) signed.

    Raises:
        EnvelopeInvalid: unknown key, or a signature that does not verify.
    """
    public = keys.get(envelope.keyid)
    if public is None:
        raise EnvelopeInvalid(f"signed with a key that is not known: {cut(envelope.keyid)}")
    if not verifies(public, pae(PAYLOAD_TYPE, envelope.statement), envelope.signature):
        raise EnvelopeInvalid(f"signature does not verify under key {cut(envelope.keyid)}")


def parse_record(statement: bytes) -> Record:
    """Parse the canonical bytes of a statement.

    Raises:
        RecordInvalid: not canonical, or not one of our records.
    """
    return parse_statement(parse_canonical(statement))


def read_record_unverified(raw: bytes) -> Record:
    """Parse the record in an envelope without checking its signature.

    Raises:
        EnvelopeInvalid: it does not parse.
        RecordInvalid: what it holds is not one of our records.
    """
    return parse_record(parse_envelope_unverified(raw).statement)


def read_own_record(raw: bytes) -> Record:
    """Parse a record that this home wrote, from a frame whose checksum holds.

    Quicker than `read_record_unverified`: it does not render the record again to see that its
    form is the canonical one, which it was when we wrote it.

    Raises:
        EnvelopeInvalid: it does not parse.
        RecordInvalid: what it holds is not one of our records.
    """
    return parse_statement(parse_json_unverified(parse_envelope_unverified(raw).statement))


def open_envelope(raw: bytes, keys: Mapping[str, bytes]) -> Record:
    """Return the record of an envelope that one of `keys` (key id to raw key) signed.

    Raises:
        EnvelopeInvalid: it does not parse, or does not verify.
        RecordInvalid: what it holds is not one of our records.
    """
    envelope = parse_envelope_unverified(raw)
    check_signature(envelope, keys)
    return parse_record(envelope.statement)


def seal_command(command: Command, signer: Signer) -> Signature:
    """Return a person's signature over exactly this command."""
    payload = canonical(to_json(command))
    signature = signer.sign(pae(COMMAND_TYPE, payload))
    return Signature(
        base64.b64encode(payload).decode(), signer.keyid, base64.b64encode(signature).decode()
    )


def open_command(signature: Signature, keys: Mapping[str, bytes | PasskeyKey]) -> Command:
    """Return the command that one of `keys` (key id to raw public key, or to a passkey) signed.

    Whether it is fresh, meant for this log and allowed is for the caller to check.

    Raises:
        CommandInvalid: unknown key, bad signature, or any surprise in the content.
    """
    payload, sig = decode_base64(signature.payload), decode_base64(signature.sig)
    if payload is None or sig is None:
        raise CommandInvalid("command whose payload or signature is not base64")
    public = keys.get(signature.keyid)
    if public is None:
        raise CommandInvalid(f"command signed with a key that is not known: {cut(signature.keyid)}")
    if isinstance(public, PasskeyKey):
        if signature.assertion is None:
            raise CommandInvalid("command signed with a passkey, without its assertion")
        check_assertion(signature.assertion, sig, public, challenge_of(payload))
    elif signature.assertion is not None:
        raise CommandInvalid("command with an assertion, signed with a key that makes none")
    elif not verifies(public, pae(COMMAND_TYPE, payload), sig):
        raise CommandInvalid(f"command whose signature does not verify: {cut(signature.keyid)}")
    return _parse_command(payload)


def command_use(signature: Signature) -> str | None:
    """Return what makes a command single use, `keyid:nonce`; None where it can not be read.

    Never the signature's own bytes: an ECDSA signature has a second spelling that verifies too.
    """
    try:
        payload = parse_json_unverified(decode_base64(signature.payload) or b"")
        return f"{signature.keyid}:{payload['nonce']}"
    except (RecordInvalid, KeyError, TypeError):
        return None


def person_named(signature: Signature) -> str:
    """Return who a command says it is from; nothing is believed before its signature holds.

    Raises:
        CommandInvalid: it can not be read.
    """
    return _text_named(signature, "person")


def verb_named(signature: Signature) -> str:
    """Return what a command says; nothing is believed before its signature holds.

    Raises:
        CommandInvalid: it can not be read.
    """
    return _text_named(signature, "verb")


def command_body(signature: Signature) -> Mapping[str, Any]:
    """Return the body of a command whose signature is checked elsewhere.

    Raises:
        CommandInvalid: it can not be read.
    """
    try:
        body = parse_json_unverified(decode_base64(signature.payload) or b"")["body"]
    except (RecordInvalid, KeyError, TypeError) as error:
        raise CommandInvalid("a command that can not be read") from error
    if not isinstance(body, dict):
        raise CommandInvalid("command whose body is no object")
    return body


def _text_named(signature: Signature, name: str) -> str:
    try:
        text = parse_json(decode_base64(signature.payload) or b"")[name]
    except (RecordInvalid, KeyError, TypeError) as error:
        raise CommandInvalid("the command can not be read") from error
    return text if isinstance(text, str) else ""


def _parse_command(payload: bytes) -> Command:
    try:
        command = from_json(Command, parse_canonical(payload))
    except RecordInvalid as error:
        raise CommandInvalid(f"command: {error.message}") from None
    body: Any = command.body
    if not isinstance(body, Mapping):
        raise CommandInvalid("command whose body is no object")
    if len(command.nonce) != 32 or not _HEX.issuperset(command.nonce.encode()):
        raise CommandInvalid(f"nonce that is not 32 hex digits: {cut(command.nonce)}")
    return command
